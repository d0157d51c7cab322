"""Subscriptions: wildcards, annotations, events."""

import time

from samp_checks import check, each, expect, require
from samp_parties import message, Party

# (pattern, MType, does it match) - the vectors of the checklist, section 5.
VECTORS = [
    ("*", "a", True), ("*", "a.b", True),
    ("a.*", "a.b", True), ("a.*", "a.b.c", True),
    ("a.*", "a", False), ("a.*", "ab", False), ("a.*", "ab.c", False), ("a.*", "A.b", False),
    ("a.b.*", "a.b", False), ("a.b.*", "a.bc", False), ("a.b.*", "a.bc.d", False),
    ("a.b.*", "a.b.c", True), ("a.b.*", "a.b.c.d", True),
    ("a.b", "a.b", True), ("a.b", "a.b.c", False), ("a.b", "a", False),
]


@check("subscriptions.roundTrip")
def round_trip(world):
    subscriptions = {"test.plain": {}, "test.sub.*": {"x-test.level": "3", "x-test.map": {"a": ["b"]}},
                     "samp.app.ping": {"x-samp.mostly-harmless": "1"}}
    world.bob.subscribe(subscriptions)
    expect(world.alice.client.get_subscriptions(world.bob.id), subscriptions, "seen by another")
    expect(world.bob.client.get_subscriptions(world.bob.id), subscriptions, "seen by itself")
    world.bob.subscribe(["test.other"])
    expect(world.alice.client.get_subscriptions(world.bob.id), {"test.other": {}}, "after another declaration")
    world.bob.subscribe({})
    expect(world.alice.client.get_subscriptions(world.bob.id), {}, "after clearing")


@check("subscriptions.wildcards.listing")
def wildcards_listing(world):
    def listed(pattern, mtype, matches):
        world.bob.subscribe([pattern])
        expect(world.bob.id in world.alice.client.get_subscribed_clients(mtype), matches)

    each(VECTORS, listed)


@check("subscriptions.wildcards.delivery")
def wildcards_delivery(world):
    """The same rule decides who gets a broadcast and whether a targeted message is refused."""

    def delivered(pattern, mtype, matches):
        world.bob.subscribe([pattern])
        told = world.alice.client.notify_all(message(mtype, {"stamp": pattern}))
        expect(world.bob.id in told, matches, "among notifyAll's recipients")
        asked = world.alice.client.call_all("wild", message(mtype))
        expect(world.bob.id in asked, matches, "among callAll's recipients")
        if matches:
            world.alice.client.notify(world.bob.id, message(mtype, {"stamp": pattern}))
            world.bob.inbox.wait(2, kind="notification", mtype=mtype, params={"stamp": pattern})
        else:
            world.rpc.fault("notify", world.alice.key, world.bob.id, message(mtype))

    each(VECTORS, delivered)


@check("subscriptions.wildcards.overlap")
def wildcards_overlap(world):
    """Patterns that overlap deliver once, and a declaration after a wildcard leaves nothing behind."""
    stem = world.fresh()
    with Party("Dora") as dora:
        dora.subscribe(["*", f"{stem}.*", f"{stem}.a.*", f"{stem}.a.b"])
        told = world.alice.client.notify_all(message(f"{stem}.a.b"))
        expect(told, [dora.id], "recipients")
        dora.inbox.exactly(1, mtype=f"{stem}.a.b")
        dora.subscribe([f"{stem}.a.b"])
        expect(world.alice.client.get_subscribed_clients(f"{stem}.a.c"), {}, "subscribed to what was given up")
        expect(world.alice.client.get_subscribed_clients(f"{stem}.a.b"), {dora.id: {}}, "subscribed")


@check("subscriptions.mostSpecific")
def most_specific(world):
    stem = world.fresh()
    with Party("Dora") as dora:
        dora.subscribe({"*": {"level": "0"}, f"{stem}.*": {"level": "1"}, f"{stem}.a.*": {"level": "2"},
                        f"{stem}.a.b": {"level": "3"}})

        def annotated(mtype, level):
            expect(world.alice.client.get_subscribed_clients(mtype).get(dora.id), {"level": level})

        each([(f"{stem}.a.b", "3"), (f"{stem}.a.c", "2"), (f"{stem}.a.b.c", "2"), (f"{stem}.a", "1"),
              (f"{stem}.b", "1"), (stem, "0"), ("other", "0")], annotated)


@check("subscriptions.notTheCaller")
def not_the_caller(world):
    mtype = world.fresh()
    for party in world.parties:
        party.subscribe({mtype: {"who": party.name}})
    expect(world.alice.client.get_subscribed_clients(mtype),
           {world.bob.id: {"who": "Bob"}, world.carol.id: {"who": "Carol"}})
    expect(world.alice.client.get_subscribed_clients(world.fresh()), {}, "of an MType nobody wants")


@check("subscriptions.event")
def event(world):
    hub = world.carol.client.client._hub_id
    for party in (world.bob, world.carol):
        # Carol's own declaration is judged by the new map, so it is the first one she is told of.
        subscriptions = {"samp.hub.event.subscriptions": {}, "samp.hub.event.metadata": {},
                         world.fresh() + ".*": {"x-test": "1"}}
        world.carol.subscribe(["samp.hub.event.*"]) if party is world.bob else world.carol.subscribe({})
        party.subscribe(subscriptions)
        found = world.carol.inbox.exactly(1, mtype="samp.hub.event.subscriptions",
                                          params={"id": party.id, "subscriptions": subscriptions})
        expect(found[0]["sender"], hub, "sender of the event")
        expect(found[0]["kind"], "notification")


@check("subscriptions.pattern")
def pattern(world):
    """A pattern is no MType: refused, or compared as it stands, never expanded."""
    stem = world.fresh()
    world.bob.subscribe([f"{stem}.a", f"{stem}.b"])
    try:
        expect(world.alice.client.notify_all(message(f"{stem}.*")), [], "recipients of a pattern")
    except Exception as error:
        require("Proxy" in type(error).__name__, f"not a fault: {error!r}")
    try:
        expect(world.alice.client.get_subscribed_clients(f"{stem}.*"), {}, "subscribed to a pattern")
    except Exception as error:
        require("Proxy" in type(error).__name__, f"not a fault: {error!r}")


@check("subscriptions.bind")
def bind(world):
    """The way an astropy program subscribes: bind, which declares by itself, and unbind."""
    got = []

    def handler(private_key, sender_id, mtype, params, extra):
        got.append((sender_id, mtype, params, extra.get("test.extra")))

    stem = world.fresh()
    with Party("Dora") as dora:
        dora.client.unbind_receive_notification("*", declare=False)
        dora.client.unbind_receive_call("*", declare=False)
        dora.client.bind_receive_notification(f"{stem}.*", handler, metadata={"x-test": "1"})
        expect(world.alice.client.get_subscriptions(dora.id),
               {f"{stem}.*": {"x-test": "1"}, "samp.app.ping": {}, "client.env.get": {}})
        world.alice.client.enotify(dora.id, f"{stem}.go", ra="1.5", extra_kws={"test.extra": "e"})
        for _ in range(100):
            if got:
                break
            time.sleep(0.02)
        expect(got, [(world.alice.id, f"{stem}.go", {"ra": "1.5"}, "e")])
        dora.client.unbind_receive_notification(f"{stem}.*")
        expect(world.alice.client.get_subscriptions(dora.id), {"samp.app.ping": {}, "client.env.get": {}})
