"""An astropy client that asks a hub for everything once, with a second one that answers it (SAMP_HUB names the lockfile).

With the argument "pyvo" it is pyvo's few helpers instead.
"""
import sys
import time
import xmlrpc.client

from astropy.samp import SAMPIntegratedClient, conf
from astropy.samp.lockfile_helpers import get_main_running_hub

conf.use_internet = False

LOAD = {
    "url": "http://127.0.0.1:8080/a%20b.vot?x=1&y=<2>",
    "name": 'M 31 "core"',
    "table-id": "",
    "row-list": ["0", "7", "42"],
    "empty-list": [],
    "empty-map": {},
    "nested": {"list": [{"k": "v"}, ["x"]]},
    "blank": "  two  \n\ttab\n",
    "return": "a\rb",
}


def attempt(what, step):
    try:
        step()
    except Exception as why:
        print(f"astropy {what}: {why}", file=sys.stderr)


def answer(client):
    def receive(key, sender, msg_id, mtype, params, extra):
        if mtype == "x-zoo.warn":
            client.ereply(msg_id, "samp.warning", result={"value": ""}, error={"samp.errortxt": "half of it"})
        elif mtype == "x-zoo.fail":
            error = {"samp.errortxt": 'cannot open "a" & <b>', "samp.debugtxt": "line one\nline two", "samp.code": "404"}
            client.ereply(msg_id, "samp.error", error=error)
        elif mtype != "x-zoo.silent":
            client.ereply(msg_id, "samp.ok", result=params)

    return receive


def notice(key, sender, mtype, params, extra):
    if mtype == "x-zoo.fail":
        raise ValueError("no such <table> & row")


def everything():
    a = SAMPIntegratedClient(name="asker", description="Says \"everything\" once: <a> & 'b'", addr="127.0.0.1")
    b = SAMPIntegratedClient(name="answerer", metadata={"author.name": ""}, addr="127.0.0.1")
    a.connect()
    b.connect()
    peer = b.get_public_id()
    for mtype in ("x-zoo.*", "table.load.votable"):
        b.bind_receive_call(mtype, answer(b))
        b.bind_receive_notification(mtype, notice, metadata={"x-samp.mostly-harmless": "1"})
    a.declare_metadata({"samp.name": "asker", "samp.icon.url": "http://127.0.0.1/i.png"})
    a.ping()
    a.get_metadata(peer)
    a.get_subscriptions(peer)
    a.get_registered_clients()
    a.get_subscribed_clients("table.load.votable")
    a.get_subscribed_clients("no.body")
    message = {"samp.mtype": "table.load.votable", "samp.params": LOAD}
    a.notify(peer, message)
    a.notify_all({"samp.mtype": "x-zoo.echo", "samp.params": {"text": "hello"}})
    a.enotify(peer, "x-zoo.fail")
    attempt("numbers", lambda: a.enotify(peer, "x-zoo.echo", int=7, minus=-1, float=10.5, small=1e-9, true=True, list=[1]))
    attempt("None", lambda: a.enotify(peer, "x-zoo.echo", none=None, list=["", None]))
    attempt("letters", lambda: a.enotify(peer, "x-zoo.echo", text="caf\u00e9 \u03b1 \U0001f52d"))
    attempt("bell", lambda: a.enotify(peer, "x-zoo.echo", text="a\u0007b"))
    a.call(peer, "tag <1>", {"samp.mtype": "x-zoo.echo", "samp.params": LOAD})
    a.ecall(peer, "tag-2", "x-zoo.warn")
    a.ecall(peer, "tag-3", "x-zoo.fail")
    a.call_all("tag-4", {"samp.mtype": "samp.app.ping", "samp.params": {}})
    a.call_and_wait(peer, {"samp.mtype": "x-zoo.echo", "samp.params": {"text": "hello"}}, "10")
    attempt("timeout", lambda: a.ecall_and_wait(peer, "x-zoo.silent", 1))
    attempt("unknown client", lambda: a.enotify("nobody", "x-zoo.echo"))
    attempt("not subscribed", lambda: a.ecall(peer, "t", "no.body"))
    attempt("unknown msg-id", lambda: a.ereply("never-was", "samp.ok", result={}))
    attempt("long answer", lambda: a.declare_metadata({f"x-zoo.key-{i}": "x" * 40 for i in range(40)}))
    attempt("long answer", lambda: b.get_metadata(a.get_public_id()))
    hub = xmlrpc.client.ServerProxy(get_main_running_hub()["samp.hub.xmlrpc.url"], allow_none=True)
    attempt("ping without key", lambda: hub.samp.hub.ping())
    attempt("bad secret", lambda: hub.samp.hub.register("wrong"))
    attempt("unknown method", lambda: hub.samp.hub.frobnicate())
    attempt("arity", lambda: hub.samp.hub.getMetadata("one"))
    attempt("no map", lambda: hub.samp.hub.notify("k", "c", "message"))
    time.sleep(3)
    key = a.get_private_key()
    a.disconnect()
    attempt("dead key", lambda: hub.samp.hub.getRegisteredClients(key))
    b.disconnect()


def pyvo_helpers():
    import pyvo.samp

    with pyvo.samp.connection(client_name="zoo keeper") as connection:
        pyvo.samp.send_image_to(connection, "file:///home/astronomer/m31.fits", name="m31")
        pyvo.samp.send_product_to(connection, "http://127.0.0.1/s.xml", "spectrum.load.ssa-generic", client_name="answerer")


if sys.argv[1:] == ["pyvo"]:
    keeper = SAMPIntegratedClient(name="answerer", addr="127.0.0.1")
    keeper.connect()
    keeper.bind_receive_notification("spectrum.load.ssa-generic", notice)
    pyvo_helpers()
    keeper.disconnect()
else:
    everything()
