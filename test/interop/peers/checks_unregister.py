"""Unregistering, as seen by the one who stays."""

import threading
import time
import xmlrpc.client

from samp_checks import check, expect, require
from samp_parties import message, Party


def _leaver(world, *mtypes):
    party = Party("Leaver")
    party.subscribe(list(mtypes))
    return party


@check("unregister.event")
def event(world):
    world.carol.subscribe(["samp.hub.event.*"])
    party = _leaver(world, "samp.hub.event.*")
    me = party.id
    party.client.disconnect()
    found = world.carol.inbox.exactly(1, mtype="samp.hub.event.unregister", params={"id": me})
    expect(found[0]["sender"], world.carol.client.client._hub_id, "sender of the event")
    expect(party.inbox.matching(mtype="samp.hub.event.unregister", params={"id": me}), [], "told to itself")
    kinds = [i["mtype"] for i in world.carol.inbox.matching() if i.get("params", {}).get("id") == me]
    require(kinds[0] == "samp.hub.event.register" and kinds[-1] == "samp.hub.event.unregister",
            f"events about one client in the order {kinds!r}")


@check("unregister.forgotten")
def forgotten(world):
    mtype = world.fresh()
    party = _leaver(world, mtype)
    me, key = party.id, party.key
    party.client.disconnect()
    require(me not in world.alice.client.get_registered_clients(), "still listed")
    require(me not in world.alice.client.get_subscribed_clients(mtype), "still subscribed")
    expect(world.alice.client.notify_all(message(mtype)), [], "recipients")
    for method, *rest in (("getMetadata", me), ("getSubscriptions", me), ("notify", me, message(mtype)),
                          ("call", me, "tag", message(mtype)), ("callAndWait", me, message(mtype), "5")):
        world.rpc.fault(method, world.alice.key, *rest)
    world.rpc.fault("getRegisteredClients", key)


@check("unregister.idsNotReused")
def ids_not_reused(world):
    seen = set()
    for _ in range(5):
        me, key, _ = world.register()
        require(me not in seen and key not in seen, f"{me} or its key was given out twice")
        seen.update((me, key))
        world.rpc("unregister", key)


@check("unregister.again")
def again(world):
    """astropy clients disconnect and connect again as somebody new."""
    party = _leaver(world)
    first = party.id
    party.client.disconnect()
    party.client.connect()
    require(party.id != first, "the same public id")
    party.client.disconnect()


@check("unregister.calleeOfCallAndWait")
def callee_of_call_and_wait(world):
    """Without a limit, and the one who should answer leaves: an error response of the hub ends the wait."""
    mtype = world.fresh()
    party = _leaver(world, mtype)
    outcome = {}

    def wait():
        try:
            outcome["answer"] = world.rpc("callAndWait", world.alice.key, party.id, message(mtype), "0")
        except xmlrpc.client.Fault as fault:
            outcome["fault"] = fault.faultString

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    party.inbox.wait(mtype=mtype)
    begun = time.monotonic()
    party.client.disconnect()
    thread.join(5)
    require(not thread.is_alive(), "callAndWait still waits after 5 s")
    require(time.monotonic() - begun < 2, "took more than 2 s")
    answer = outcome.get("answer")
    require(isinstance(answer, dict), f"expected an error response, observed {outcome!r}")
    expect(answer["samp.status"], "samp.error")
    require(answer["samp.error"].get("samp.errortxt") and answer["samp.error"].get("samp.code"), repr(answer))


@check("unregister.calleeOfCall")
def callee_of_call(world):
    mtype, tag = world.fresh(), world.fresh("tag")
    party = _leaver(world, mtype)
    me = party.id
    world.alice.listen(tag)
    world.alice.client.call(me, tag, message(mtype))
    world.alice.client.call_all(tag, message(mtype))
    party.inbox.wait(2, mtype=mtype)
    party.client.disconnect()
    for found in world.alice.inbox.exactly(2, kind="response", tag=tag):
        expect(found["responder"], me, "responder")
        expect(found["response"]["samp.status"], "samp.error")
        require(found["response"]["samp.error"].get("samp.code"), repr(found))


@check("unregister.sender")
def sender(world):
    """A reply to one who has left is a fault for the replier, and nothing worse."""
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    party = _leaver(world)
    party.client.call(world.bob.id, "tag", message(mtype))
    msg_id = world.bob.inbox.wait(mtype=mtype)[0]["msg_id"]
    party.client.disconnect()
    world.rpc.fault("reply", world.bob.key, msg_id, {"samp.status": "samp.ok", "samp.result": {}})
    world.bob.client.get_registered_clients()
