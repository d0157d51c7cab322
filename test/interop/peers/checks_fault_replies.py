"""Faults about replies, and what must not be a fault at all."""

import threading
import time
import xmlrpc.client

from samp_checks import check, each, expect, require
from samp_parties import message, ok


class Waiting:
    """A callAndWait of Alice's to Bob in a thread; `call` is what Bob got, `end()` what Alice gets."""

    def __init__(self, world, timeout="10"):
        mtype = world.fresh()
        world.bob.subscribe([mtype])
        self.outcome = {}
        self.thread = threading.Thread(target=self._wait, args=(world, mtype, timeout), daemon=True)
        self.thread.start()
        self.call = world.bob.inbox.wait(mtype=mtype)[0]

    def _wait(self, world, mtype, timeout):
        try:
            self.outcome["answer"] = world.rpc("callAndWait", world.alice.key, world.bob.id, message(mtype), timeout)
        except xmlrpc.client.Fault as fault:
            self.outcome["fault"] = fault.faultString

    def end(self):
        self.thread.join(12)
        return self.outcome


def _called(world):
    """An asynchronous call of Alice's to Bob: (tag, what Bob got)."""
    mtype, tag = world.fresh(), world.fresh("tag")
    world.bob.subscribe([mtype])
    world.alice.listen(tag)
    world.alice.client.call(world.bob.id, tag, message(mtype))
    return tag, world.bob.inbox.wait(mtype=mtype)[0]


@check("fault.reply.msgId")
def reply_msg_id(world):
    tag, call = _called(world)
    msg_id = call["msg_id"]
    each([("reply", world.bob.key, wrong, ok()) for wrong in
          ("", "nonsense", msg_id + "0", msg_id[:-1], " " + msg_id, world.alice.id, tag, "__proto__")],
         world.rpc.fault)
    world.bob.reply(call, ok())
    world.alice.inbox.exactly(1, kind="response", tag=tag)


ILL_FORMED = [
    {}, {"samp.result": {}}, {"samp.status": {}, "samp.result": {}}, {"samp.status": ["samp.ok"], "samp.result": {}},
    {"samp.status": "samp.ok"}, {"samp.status": "samp.ok", "samp.result": "x"},
    {"samp.status": "samp.ok", "samp.result": []},
    {"samp.status": "samp.error"}, {"samp.status": "samp.error", "samp.result": {}},
    {"samp.status": "samp.error", "samp.error": "x"}, {"samp.status": "samp.error", "samp.error": {}},
    {"samp.status": "samp.error", "samp.error": {"samp.usertxt": "x"}},
    {"samp.status": "samp.error", "samp.error": {"samp.errortxt": {}}},
]

# JSAMP refuses these too; a receiver may rely on both parts of a warning.
HALF_WARNINGS = [
    {"samp.status": "samp.warning", "samp.result": {}},
    {"samp.status": "samp.warning", "samp.error": {"samp.errortxt": "x"}},
]


@check("fault.reply.illFormed")
def reply_ill_formed(world):
    """The replier is faulted and the call stays open: the right reply after it still arrives."""
    waiting = Waiting(world)
    tag, call = _called(world)
    for msg_id in (waiting.call["msg_id"], call["msg_id"]):
        each([("reply", world.bob.key, msg_id, response) for response in ILL_FORMED], world.rpc.fault)
        world.rpc.fault("reply", world.bob.key, msg_id, ok({"r": "\u00e9"}))
    world.bob.reply(waiting.call, ok({"r": "1"}))
    expect(waiting.end(), {"answer": ok({"r": "1"})})
    world.bob.reply(call, ok({"r": "2"}))
    expect(world.alice.inbox.exactly(1, kind="response", tag=tag)[0]["response"], ok({"r": "2"}))


@check("fault.reply.halfWarning")
def reply_half_warning(world):
    def refused(response):
        tag, call = _called(world)
        world.rpc.fault("reply", world.bob.key, call["msg_id"], response)

    each([(response,) for response in HALF_WARNINGS], refused)


@check("fault.reply.twice.sync")
def reply_twice_sync(world):
    waiting = Waiting(world)
    world.bob.reply(waiting.call, ok({"n": "1"}))
    world.rpc.fault("reply", world.bob.key, waiting.call["msg_id"], ok({"n": "2"}))
    expect(waiting.end(), {"answer": ok({"n": "1"})})


@check("fault.reply.twice.async")
def reply_twice_async(world):
    tag, call = _called(world)
    world.bob.reply(call, ok({"n": "1"}))
    world.rpc.fault("reply", world.bob.key, call["msg_id"], ok({"n": "2"}))
    found = world.alice.inbox.exactly(1, kind="response", tag=tag)
    expect(found[0]["response"], ok({"n": "1"}))


@check("fault.reply.twice.callAll")
def reply_twice_call_all(world):
    """One reply for each recipient of callAll, whether or not they share a msg-id."""
    mtype, tag = world.fresh(), world.fresh("tag")
    world.bob.subscribe([mtype])
    world.carol.subscribe([mtype])
    world.alice.listen(tag)
    world.alice.client.call_all(tag, message(mtype))
    for party in (world.bob, world.carol):
        call = party.inbox.wait(mtype=mtype)[0]
        party.reply(call, ok({"who": party.name}))
        world.rpc.fault("reply", party.key, call["msg_id"], ok({"who": "again"}))
    found = world.alice.inbox.exactly(2, kind="response", tag=tag)
    expect(sorted(i["response"]["samp.result"]["who"] for i in found), ["Bob", "Carol"])


@check("fault.reply.stranger")
def reply_stranger(world):
    waiting = Waiting(world)
    tag, call = _called(world)
    for msg_id in (waiting.call["msg_id"], call["msg_id"]):
        for other in (world.carol, world.alice):
            world.rpc.fault("reply", other.key, msg_id, ok({"from": other.name}))
    world.bob.reply(waiting.call, ok({"from": "Bob"}))
    expect(waiting.end(), {"answer": ok({"from": "Bob"})})
    world.bob.reply(call, ok({"from": "Bob"}))
    found = world.alice.inbox.exactly(1, kind="response", tag=tag)[0]
    expect((found["responder"], found["response"]), (world.bob.id, ok({"from": "Bob"})))


@check("fault.reply.late")
def reply_late(world):
    waiting = Waiting(world, "1")
    require("fault" in waiting.end(), f"no fault after the timeout: {waiting.outcome!r}")
    world.rpc.fault("reply", world.bob.key, waiting.call["msg_id"], ok())


@check("fault.reply.toNotification")
def reply_to_notification(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.alice.client.notify(world.bob.id, message(mtype))
    world.bob.inbox.wait(kind="notification", mtype=mtype)
    world.rpc.fault("reply", world.bob.key, mtype, ok())


@check("fault.notCallableSender")
def not_callable_sender(world):
    """Accepted, or a fault for the sender; never a hub that stumbles over the response."""
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    _, key, _ = world.register()
    try:
        world.rpc("call", key, world.bob.id, "tag", message(mtype))
    except xmlrpc.client.Fault:
        world.rpc("unregister", key)
        return
    call = world.bob.inbox.wait(mtype=mtype)[0]
    try:
        world.rpc("reply", world.bob.key, call["msg_id"], ok())
    except xmlrpc.client.Fault:
        pass
    world.rpc("ping")
    world.rpc("unregister", key)


@check("noFault")
def no_fault(world):
    """The list of what must not fault."""
    me, key, info = world.register()
    rpc = world.rpc
    rpc("ping")
    rpc("declareMetadata", key, {})
    rpc("setXmlrpcCallback", key, "http://127.0.0.1:9/none")
    rpc("setXmlrpcCallback", key, "http://127.0.0.1:9/other")
    rpc("declareSubscriptions", key, {})
    rpc("notifyAll", key, message(world.fresh()))
    rpc("callAll", key, "tag", message(world.fresh()))
    rpc("callAll", key, "tag", message(world.fresh(), **{"x-test.key": {"any": ["thing"]}}))
    for client in (me, info["samp.hub-id"], world.bob.id):
        rpc("getMetadata", key, client)
        rpc("getSubscriptions", key, client)
    rpc("declareMetadata", key, {"x-test.any": ["thing"], "": ""})
    rpc("declareSubscriptions", key, {"x-test.any": {"x-test": {"a": ["b"]}}})
    rpc("unregister", key)


@check("afterAll")
def after_all(world):
    """After every fault of this file the three clients are as they were and talk to each other."""
    gone = {world.carol.client.client._hub_id, world.alice.id, world.bob.id}
    gone.difference_update(world.carol.client.get_registered_clients())
    expect(gone, set(), "clients that are no longer listed")
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.bob.on[mtype] = lambda party, call: party.reply(call, ok({"r": "1"}))
    begun = time.monotonic()
    expect(world.alice.client.call_and_wait(world.bob.id, message(mtype), "5"), ok({"r": "1"}))
    require(time.monotonic() - begun < 1, "slow")
