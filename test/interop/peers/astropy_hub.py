"""An astropy hub on 127.0.0.1: astropy_hub.py single|multiple [label [seconds [life]]].

With seconds, clients that ask for nothing for so long are thrown out. It has a Web Profile at the port that WEB_PORT
says, if it does, and lets in whoever asks.

Prints {"event": "ready", ...} when it serves, or {"event": "refused"} and exits 8 when astropy would not
start a hub; ends on SIGTERM or by itself after two and a half minutes, or as many seconds as its life.

On a busy machine astropy's hub loses a message now and then, whoever its clients are. What is tested here is those, so
it is kept from the two races that do it, see `steady`; in all else it is the hub as astropy has it.
"""

import json
import os
import signal
import sys
import threading
import time
import warnings

from astropy import log
from astropy.samp import SAMPHubServer, WebProfileDialog, conf

conf.use_internet = False
log.setLevel("ERROR")


def say(record):
    print(json.dumps(record), flush=True)


class Keys(dict):
    """A table whose keys can be gone through while another thread adds one; a plain one raises then."""

    def keys(self):
        return list(self)


def steady(hub):
    """Keeps a hub from losing messages when two requests come at once.

    Each request is served in a thread of its own, and starts another one for the delivery. All of them sweep the
    list of started threads, without a lock: when two find the same one ended, the second raises ValueError, and its
    notify, call or reply is a fault to the client and goes nowhere. In the same way a look-up among the clients raises
    RuntimeError when another registers or unregisters meanwhile.
    """
    launch, lock = hub._launch_thread, threading.Lock()

    def one_by_one(*args, **named):
        with lock:
            launch(*args, **named)

    hub._launch_thread = one_by_one
    hub._private_keys = Keys()


class Everybody(WebProfileDialog):
    """A user who says yes, and looks for questions often."""

    def show_dialog(self, samp_name, details, client, origin):
        self.consent()

    def wait(self):
        while True:
            self.handle_queue()
            time.sleep(0.05)


def web_options():
    port = os.environ.get("WEB_PORT")
    if port is None:
        return {"web_profile": False}
    user = Everybody()
    threading.Thread(target=user.wait, daemon=True).start()
    return {"web_profile": True, "web_port": int(port), "web_profile_dialog": user}


def main():
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    mode = sys.argv[1] if len(sys.argv) > 1 else "single"
    label = sys.argv[2] if len(sys.argv) > 2 else ""
    client_timeout = float(sys.argv[3]) if len(sys.argv) > 3 else 0
    life = float(sys.argv[4]) if len(sys.argv) > 4 else 150
    hub = SAMPHubServer(mode=mode, label=label, addr="127.0.0.1", client_timeout=client_timeout, **web_options())
    steady(hub)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        hub.start()
    # astropy serves on without a lockfile after "Another SAMP Hub is already running": for us it refused.
    if not hub._lockfile:
        say({"event": "refused", "reason": " ".join(str(w.message) for w in caught)})
        os._exit(8)
    ready = {"event": "ready", "lockfile": hub._lockfile, "id": hub.id, "url": hub.params["samp.hub.xmlrpc.url"]}
    say({**ready, "webPort": hub._web_port if hub._web_profile else None})
    done.wait(life)
    hub.stop()
    os._exit(0)


main()
