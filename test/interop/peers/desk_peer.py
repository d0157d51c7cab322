"""An astropy client that is told by lines what to do: desk_peer.py name.

A line is words with tabs between them: a verb, its arguments, then names and values of parameters in turn. For each comes
one JSON line, {"value": ...} or {"error": text}; before them {"id": ...}. Verbs: clients, known id, notify id mtype,
notifyAll mtype, call id tag mtype, callAll tag mtype, callAndWait id mtype, received, leave. What it answers to calls is
said in web/support/Party.ts. Ends with its input.
"""

import os
import sys

from samp_checks import emit, watchdog
from samp_parties import Party, message, ok

ANSWERS = {
    "table.load.votable": lambda params: ok(),
    "test.open": lambda params: ok({"echo": params}),
    "test.closed": lambda params: ok(),
    "coord.pointAt.sky": lambda params: {
        "samp.status": "samp.warning", "samp.result": {"seen": params}, "samp.error": {"samp.errortxt": "half done"}},
    "spectrum.load.ssa-generic": lambda params: {
        "samp.status": "samp.error", "samp.error": {"samp.errortxt": "could not", "samp.code": "42"}},
}
# astropy's client answers samp.app.ping by itself
MORE = ["samp.app.ping", "samp.hub.event.register", "samp.hub.event.unregister", "samp.hub.event.metadata",
        "samp.hub.event.subscriptions"]


def shown(item):
    if item["kind"] == "response":
        return {"kind": "response", "from": item["responder"], "tag": item["tag"], "response": item["response"]}
    return {"kind": item["kind"], "from": item["sender"], "mtype": item["mtype"], "params": item["params"]}


class Desk:
    def __init__(self, name):
        self.party = Party(name)
        for mtype, answer in ANSWERS.items():
            self.party.on[mtype] = lambda party, call, answer=answer: party.reply(call, answer(call["params"]))
        annotation = {"test.open": {"x-samp.mostly-harmless": "1"}}
        self.party.subscribe({mtype: annotation.get(mtype, {}) for mtype in [*ANSWERS, *MORE]})

    def do(self, verb, *words):
        client = self.party.client
        if verb == "clients":
            return client.get_registered_clients()
        if verb == "known":
            return {"metadata": client.get_metadata(words[0]), "subscriptions": client.get_subscriptions(words[0])}
        if verb == "received":
            return [shown(item) for item in list(self.party.inbox.items)]
        if verb == "leave":
            return client.disconnect()
        count = {"notify": 2, "notifyAll": 1, "call": 3, "callAll": 2, "callAndWait": 2}[verb]
        *target, mtype = words[:count]
        rest = words[count:]
        said = message(mtype, dict(zip(rest[::2], rest[1::2])))
        if verb == "notify":
            return client.notify(*target, said)
        if verb == "notifyAll":
            return client.notify_all(said)
        if verb == "callAndWait":
            return client.call_and_wait(*target, said, "20")
        self.party.listen(target[-1])
        return (client.call if verb == "call" else client.call_all)(*target, said)


def main():
    watchdog(170)
    desk = Desk(sys.argv[1])
    emit({"id": desk.party.id})
    for line in sys.stdin:
        try:
            emit({"value": desk.do(*line.rstrip("\n").split("\t"))})
        except Exception as error:
            emit({"error": f"{type(error).__name__}: {error}"})
    try:
        desk.party.client.disconnect()
    except Exception:
        pass
    os._exit(0)


main()
