"""The clients of the check scripts: astropy ones that remember what they were sent, and XML-RPC below them."""

import http.client
import os
import threading
import time
import warnings
import xmlrpc.client
from urllib.parse import urlparse

from samp_checks import expect, require

# Python's own proxy would try these for 127.0.0.1 too.
for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
    os.environ.pop(name, None)

from astropy import log  # noqa: E402
from astropy.samp import SAMPIntegratedClient, conf  # noqa: E402
from astropy.samp.lockfile_helpers import get_main_running_hub  # noqa: E402

conf.use_internet = False
log.setLevel("ERROR")
warnings.simplefilter("ignore")

ADDRESS = "127.0.0.1"


class _Transport(xmlrpc.client.Transport):
    """A fresh connection a call, with a limit: astropy's proxies would wait for ever."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def make_connection(self, host):
        return http.client.HTTPConnection(host, timeout=self.limit)


class Rpc:
    """A hub seen as bare XML-RPC: rpc("notify", key, ...) calls samp.hub.notify."""

    def __init__(self, url):
        self.url = url

    def __call__(self, method, *arguments, limit=12):
        proxy = xmlrpc.client.ServerProxy(self.url, transport=_Transport(limit), allow_none=True)
        with proxy:
            return getattr(proxy.samp.hub, method)(*arguments)

    def fault(self, method, *arguments, limit=12):
        """The fault this call must end in (ERR-01 .. ERR-03)."""
        try:
            result = self(method, *arguments, limit=limit)
        except xmlrpc.client.Fault as fault:
            text = fault.faultString
            require(isinstance(fault.faultCode, int), f"faultCode is {fault.faultCode!r}")
            require(isinstance(text, str) and text != "", f"faultString is {text!r}")
            return fault
        except (OSError, xmlrpc.client.Error, http.client.HTTPException) as error:
            raise AssertionError(f"samp.hub.{method}: expected a fault, observed {error!r}")
        raise AssertionError(f"samp.hub.{method}: expected a fault, observed the result {result!r}")

    def post(self, body, headers=None, method="POST"):
        """One HTTP exchange with any bytes: (status, body)."""
        target = urlparse(self.url)
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=12)
        try:
            connection.request(method, target.path or "/", body, headers or {"Content-Type": "text/xml"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


class Inbox:
    """All that one client was sent, in order of arrival."""

    def __init__(self):
        self.items = []
        self.changed = threading.Condition()

    def put(self, item):
        with self.changed:
            item["at"] = time.monotonic()
            self.items.append(item)
            self.changed.notify_all()

    def matching(self, **wanted):
        with self.changed:
            return [i for i in self.items if all(i.get(k) == v for k, v in wanted.items())]

    def wait(self, count=1, limit=5.0, **wanted):
        deadline = time.monotonic() + limit
        while True:
            found = self.matching(**wanted)
            if len(found) >= count:
                return found
            rest = deadline - time.monotonic()
            if rest <= 0:
                raise AssertionError(f"expected {count} x {wanted!r} within {limit} s, observed {len(found)}")
            with self.changed:
                self.changed.wait(min(rest, 0.05))

    def exactly(self, count, settle=0.2, **wanted):
        """Waits for count, then for a surplus that must not come."""
        self.wait(count, **wanted)
        time.sleep(settle)
        found = self.matching(**wanted)
        expect(len(found), count, f"number of {wanted!r}")
        return found


class Party:
    """An astropy client. `on[mtype] = function(party, call)` decides what it does with a call."""

    def __init__(self, name, hub_params=None, metadata=None):
        self.name = name
        self.inbox = Inbox()
        self.on = {}
        self.client = SAMPIntegratedClient(name=name, addr=ADDRESS, metadata=metadata)
        self.client.connect(hub_params=hub_params)
        # declare=False: what is subscribed is decided by each check, not by these catch-alls.
        self.client.bind_receive_notification("*", self._notified, declare=False)
        self.client.bind_receive_call("*", self._called, declare=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.client.is_connected:
            self.client.disconnect()

    @property
    def id(self):
        return self.client.get_public_id()

    @property
    def key(self):
        return self.client.get_private_key()

    @property
    def hub(self):
        return self.client.hub

    def _notified(self, private_key, sender, mtype, params, extra):
        self.inbox.put({"kind": "notification", "sender": sender, "mtype": mtype, "params": params,
                        "extra": extra})

    def _called(self, private_key, sender, msg_id, mtype, params, extra):
        call = {"kind": "call", "sender": sender, "msg_id": msg_id, "mtype": mtype, "params": params,
                "extra": extra}
        self.inbox.put(call)
        handler = self.on.get(mtype)
        if handler is not None:
            handler(self, call)

    def listen(self, *tags):
        for tag in tags:
            self.client.bind_receive_response(tag, self._responded)

    def _responded(self, private_key, responder, tag, response):
        self.inbox.put({"kind": "response", "responder": responder, "tag": tag, "response": response})

    def subscribe(self, subscriptions):
        """Replaces the subscriptions; a list stands for patterns without annotations."""
        if not isinstance(subscriptions, dict):
            subscriptions = {pattern: {} for pattern in subscriptions}
        self.hub.declare_subscriptions(self.key, subscriptions)

    def reply(self, call, response):
        self.client.reply(call["msg_id"], response)


class World:
    """Three astropy clients on the hub that this process finds, and the hub as bare XML-RPC."""

    def __init__(self):
        self.params = get_main_running_hub()
        self.rpc = Rpc(self.params["samp.hub.xmlrpc.url"])
        self.secret = self.params["samp.secret"]
        self.alice = Party("Alice", metadata={"test.role": "sender"})
        self.bob = Party("Bob")
        self.carol = Party("Carol")
        self.parties = (self.alice, self.bob, self.carol)
        self._count = 0
        self._lock = threading.Lock()

    def fresh(self, stem="m"):
        """An MType or tag that no other check uses."""
        with self._lock:
            self._count += 1
            return f"test.{stem}{self._count}"

    def register(self):
        """A bare registration: (public id, private key, whole answer)."""
        info = self.rpc("register", self.secret)
        return info["samp.self-id"], info["samp.private-key"], info

    def close(self):
        for party in self.parties:
            try:
                party.client.disconnect()
            except Exception:
                pass


def message(mtype, params=None, **extra):
    return {"samp.mtype": mtype, "samp.params": {} if params is None else params, **extra}


def ok(result=None, **extra):
    return {"samp.status": "samp.ok", "samp.result": {} if result is None else result, **extra}


def answering(response):
    """A call handler that replies the same at once."""
    return lambda party, call: party.reply(call, response)
