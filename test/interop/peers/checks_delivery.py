"""Notifications and calls, to one and to all."""

import time

from samp_checks import check, expect, require
from samp_parties import answering, message, ok


@check("notify")
def notify(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.carol.subscribe([mtype])
    world.alice.client.notify(world.bob.id, message(mtype, {"a": "1", "l": ["x", {}]}, **{"test.extra": {"k": ["v"]}}))
    found = world.bob.inbox.exactly(1, mtype=mtype)[0]
    expect((found["kind"], found["sender"], found["params"]),
           ("notification", world.alice.id, {"a": "1", "l": ["x", {}]}))
    expect(found["extra"].get("test.extra"), {"k": ["v"]}, "an unknown key of the message")
    expect(world.carol.inbox.matching(mtype=mtype), [], "what the third client got")


@check("notify.self")
def notify_self(world):
    mtype = world.fresh()
    world.alice.subscribe([mtype])
    world.alice.client.notify(world.alice.id, message(mtype))
    expect(world.alice.inbox.exactly(1, mtype=mtype)[0]["sender"], world.alice.id)


@check("notify.order")
def notify_order(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    for n in range(20):
        world.alice.client.notify(world.bob.id, message(mtype, {"n": str(n)}))
        time.sleep(0.01)
    found = world.bob.inbox.exactly(20, mtype=mtype)
    expect([i["params"]["n"] for i in found], [str(n) for n in range(20)], "order")


@check("notify.withoutParams")
def notify_without_params(world):
    """No fault; astropy's client would fault on it, so a hub that adds the empty map is the kinder one."""
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.alice.client.notify(world.bob.id, {"samp.mtype": mtype})


@check("notifyAll")
def notify_all(world):
    mtype = world.fresh()
    for party in world.parties:
        party.subscribe([mtype])
    told = world.alice.client.notify_all(message(mtype, {"a": "1"}, **{"test.extra": "e"}))
    expect(sorted(told), sorted([world.bob.id, world.carol.id]), "recipients")
    for party in (world.bob, world.carol):
        found = party.inbox.exactly(1, mtype=mtype)[0]
        expect((found["sender"], found["params"], found["extra"].get("test.extra")),
               (world.alice.id, {"a": "1"}, "e"))
    expect(world.alice.inbox.matching(mtype=mtype), [], "what came back to the sender")


@check("broadcast.nobody")
def broadcast_nobody(world):
    expect(world.alice.client.notify_all(message(world.fresh())), [], "notifyAll")
    expect(world.alice.client.call_all("tag", message(world.fresh())), {}, "callAll")


@check("call")
def call(world):
    mtype, tag = world.fresh(), world.fresh("tag ")
    world.bob.subscribe([mtype])
    world.bob.on[mtype] = answering(ok({"r": "1"}, **{"test.extra": {"k": ["v"]}}))
    world.alice.listen(tag)
    msg_id = world.alice.client.call(world.bob.id, tag, message(mtype, {"a": "1"}, **{"test.extra": "e"}))
    received = world.bob.inbox.exactly(1, mtype=mtype)[0]
    expect((received["kind"], received["sender"], received["params"], received["extra"].get("test.extra")),
           ("call", world.alice.id, {"a": "1"}, "e"))
    expect(received["msg_id"], msg_id, "msg-id at the recipient")
    answer = world.alice.inbox.exactly(1, kind="response", tag=tag)[0]
    expect(answer["responder"], world.bob.id, "responder")
    expect(answer["response"], ok({"r": "1"}, **{"test.extra": {"k": ["v"]}}))


@check("call.sameTag")
def call_same_tag(world):
    mtype, tag = world.fresh(), world.fresh("tag")
    world.bob.subscribe([mtype])
    world.bob.on[mtype] = lambda party, call: party.reply(call, ok({"n": call["params"]["n"]}))
    world.alice.listen(tag)
    ids = [world.alice.client.call(world.bob.id, tag, message(mtype, {"n": str(n)})) for n in range(5)]
    expect(len(set(ids)), 5, "number of different msg-ids")
    answers = world.alice.inbox.exactly(5, kind="response", tag=tag)
    expect(sorted(i["response"]["samp.result"]["n"] for i in answers), [str(n) for n in range(5)])


@check("call.oddTags")
def call_odd_tags(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.bob.on[mtype] = answering(ok())
    for tag in ("", " ", "a;;b::c\n\"'<&>", "__proto__", "x" * 2000):
        world.alice.listen(tag)
        world.alice.client.call(world.bob.id, tag, message(mtype))
        world.alice.inbox.exactly(1, kind="response", tag=tag, settle=0.05)


@check("call.noSubscriptions")
def call_no_subscriptions(world):
    """A callable sender that subscribed to nothing still gets its response."""
    mtype, tag = world.fresh(), world.fresh("tag")
    world.alice.subscribe({})
    world.bob.subscribe([mtype])
    world.bob.on[mtype] = answering(ok())
    world.alice.listen(tag)
    world.alice.client.call(world.bob.id, tag, message(mtype))
    world.alice.inbox.exactly(1, kind="response", tag=tag)


@check("callAll")
def call_all(world):
    mtype, tag = world.fresh(), world.fresh("tag")
    for party in world.parties:
        party.subscribe([mtype])
        party.on[mtype] = lambda party, call: party.reply(call, ok({"who": party.name}))
    world.alice.listen(tag)
    ids = world.alice.client.call_all(tag, message(mtype))
    expect(sorted(ids), sorted([world.bob.id, world.carol.id]), "recipients")
    for party in (world.bob, world.carol):
        expect(party.inbox.exactly(1, mtype=mtype)[0]["msg_id"], ids[party.id], "msg-id at the recipient")
    answers = world.alice.inbox.exactly(2, kind="response", tag=tag)
    expect({i["responder"]: i["response"]["samp.result"]["who"] for i in answers},
           {world.bob.id: "Bob", world.carol.id: "Carol"})
    expect(world.alice.inbox.matching(mtype=mtype), [], "what came back to the sender")


@check("call.prompt")
def call_prompt(world):
    """No way of sending waits for what the recipient does in its callback."""
    mtype, tag = world.fresh(), world.fresh("tag")

    def slowly(party, call):
        time.sleep(1.5)
        party.reply(call, ok())

    world.bob.subscribe([mtype])
    world.bob.on[mtype] = slowly
    world.alice.listen(tag)
    begun = time.monotonic()
    world.alice.client.call(world.bob.id, tag, message(mtype))
    world.alice.client.call_all(tag, message(mtype))
    world.alice.client.notify(world.bob.id, message(mtype))
    world.alice.client.notify_all(message(mtype))
    took = time.monotonic() - begun
    require(took < 1.0, f"four sendings to a busy client took {took:.2f} s")
    world.alice.inbox.wait(2, kind="response", tag=tag)


@check("delivery.slowDelaysNobody")
def slow_delays_nobody(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.carol.subscribe([mtype])
    world.bob.on[mtype] = lambda party, call: time.sleep(2)
    tag = world.fresh("tag")
    begun = time.monotonic()
    for n in range(5):
        world.alice.client.call_all(tag, message(mtype, {"n": str(n)}))
    found = world.carol.inbox.wait(5, mtype=mtype)
    require(found[4]["at"] - begun < 1.0, f"carol waited {found[4]['at'] - begun:.2f} s for the slow client")
    world.bob.inbox.wait(5, mtype=mtype)


@check("delivery.nested")
def nested(world):
    """Inside its callback a client may call on, even the one that called it, and the hub itself."""
    outer, inner, tag = world.fresh("outer"), world.fresh("inner"), world.fresh("tag")
    hub = world.alice.client.client._hub_id
    world.alice.subscribe([inner])
    world.alice.on[inner] = answering(ok({"from": "alice"}))
    world.bob.subscribe([outer])

    def calls_back(party, call):
        party.client.call_and_wait(hub, message("samp.app.ping"), "5")
        answer = party.client.call_and_wait(call["sender"], message(inner), "5")
        party.reply(call, ok(answer["samp.result"]))

    world.bob.on[outer] = calls_back
    answer = world.alice.client.call_and_wait(world.bob.id, message(outer), "10")
    expect(answer, ok({"from": "alice"}))


@check("hub.answers")
def hub_answers(world):
    hub = world.alice.client.client._hub_id
    answer = world.alice.client.call_and_wait(hub, message("samp.app.ping"), "5")
    expect(answer["samp.status"], "samp.ok", "the hub's answer to samp.app.ping")
    world.bob.hub.declare_metadata(world.bob.key, {"samp.name": "Bob", "test.unique": "once"})
    answer = world.alice.client.call_and_wait(
        hub, message("x-samp.query.by-meta", {"key": "test.unique", "value": "once"}), "5")
    expect(answer["samp.result"].get("ids"), [world.bob.id], "x-samp.query.by-meta")


@check("event.stateFirst")
def state_first(world):
    """What an event tells is visible already: asked for from inside the callback."""
    seen = []

    def look(private_key, sender, mtype, params, extra):
        seen.append((params["metadata"], world.carol.client.get_metadata(params["id"])))

    stamp = {"samp.name": "Bob", "test.stamp": world.fresh()}
    world.carol.subscribe(["samp.hub.event.metadata"])
    world.carol.client.bind_receive_notification("samp.hub.event.metadata", look, declare=False)
    world.bob.hub.declare_metadata(world.bob.key, stamp)
    for _ in range(100):
        if seen:
            break
        time.sleep(0.02)
    world.carol.client.unbind_receive_notification("samp.hub.event.metadata", declare=False)
    expect(seen, [(stamp, stamp)])
