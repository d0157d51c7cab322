"""An astropy client that answers: astropy_recipient.py [name] [seconds to live].

Prints {"event": "ready", ...}, then one JSON line for each message it is sent. `test.ok`, `test.warning` and
`test.error` are answered so at once, `test.silent` never; a notification of `test.stop` ends the program.
"""

import os
import signal
import sys
import threading

from samp_checks import emit, watchdog
from samp_parties import Party, ok

done = threading.Event()

ANSWERS = {
    "test.ok": lambda params: ok({"echo": params}, **{"test.extra": "kept"}),
    "test.warning": lambda params: {
        "samp.status": "samp.warning", "samp.result": {"echo": params},
        "samp.error": {"samp.errortxt": "half done", "test.why": "asked to"}},
    "test.error": lambda params: {
        "samp.status": "samp.error",
        "samp.error": {"samp.errortxt": "could not", "samp.usertxt": "Sorry.", "samp.code": "test.42"}},
}
SUBSCRIPTIONS = [*ANSWERS, "test.silent", "test.stop", "samp.app.ping", "samp.hub.disconnect",
                 "samp.hub.event.shutdown", "samp.hub.event.unregister"]


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "Receiver"
    life = float(sys.argv[2]) if len(sys.argv) > 2 else 120
    watchdog(life + 10)
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    party = Party(name)

    def answer(party, call):
        party.reply(call, ANSWERS[call["mtype"]](call["params"]))

    for mtype in ANSWERS:
        party.on[mtype] = answer
    put = party.inbox.put

    def tell(item):
        put(item)
        emit({"event": "received", **{k: v for k, v in item.items() if k != "at"}})
        if item.get("mtype") in ("test.stop", "samp.hub.event.shutdown"):
            done.set()

    party.inbox.put = tell
    party.subscribe(SUBSCRIPTIONS)
    emit({"event": "ready", "id": party.id, "pid": os.getpid(), "url": party.client.client._xmlrpcAddr})
    done.wait(life)
    try:
        party.client.disconnect()
    except Exception:
        pass
    os._exit(0)


main()
