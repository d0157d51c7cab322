"""callAndWait, and how replies travel back."""

import threading
import time

from samp_checks import check, each, expect, require
from samp_parties import answering, message, ok

REPLIES = [
    ("samp.ok", ok({"r": ["1", {"k": ""}]}, **{"test.extra": {"deep": ["x"]}})),
    ("samp.warning", {"samp.status": "samp.warning", "samp.result": {"r": "1"}, "test.extra": "kept",
                      "samp.error": {"samp.errortxt": "half", "samp.usertxt": "u", "test.why": ["w"]}}),
    ("samp.error", {"samp.status": "samp.error", "test.extra": "kept",
                    "samp.error": {"samp.errortxt": "no", "samp.debugtxt": "line 1\nline 2",
                                   "samp.code": "42", "do.what": {"k": "v"}}}),
    ("samp.error with a result", {"samp.status": "samp.error", "samp.result": {"r": "1"},
                                  "samp.error": {"samp.errortxt": "no"}}),
    ("unusual status", {"samp.status": "x-test.maybe", "samp.result": {"r": "1"},
                        "samp.error": {"samp.errortxt": "perhaps"}}),
]


@check("callAndWait.replies")
def call_and_wait_replies(world):
    """ok, warning and error come back as they were given; an error response is no fault."""
    mtype = world.fresh()
    world.bob.subscribe([mtype])

    def returned(what, response):
        world.bob.on[mtype] = answering(response)
        expect(world.alice.client.call_and_wait(world.bob.id, message(mtype), "10"), response)

    each(REPLIES, returned)


@check("call.replies")
def call_replies(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])

    def returned(what, response):
        tag = world.fresh("tag")
        world.bob.on[mtype] = answering(response)
        world.alice.listen(tag)
        world.alice.client.call(world.bob.id, tag, message(mtype))
        found = world.alice.inbox.wait(kind="response", tag=tag)[0]
        expect((found["responder"], found["response"]), (world.bob.id, response))

    each(REPLIES, returned)


def _late(seconds):
    def handler(party, call):
        time.sleep(seconds)
        party.reply(call, ok({"late": call["params"]["n"]}))

    return handler


@check("callAndWait.noLimit")
def call_and_wait_no_limit(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.bob.on[mtype] = _late(1.3)
    for timeout in ("0", "-1"):
        answer = world.alice.client.call_and_wait(world.bob.id, message(mtype, {"n": timeout}), timeout)
        expect(answer, ok({"late": timeout}), f"with the timeout {timeout}")


@check("callAndWait.limit")
def call_and_wait_limit(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.bob.on[mtype] = _late(0.7)
    for timeout in ("3", "+3", "0005", "86400"):
        answer = world.alice.client.call_and_wait(world.bob.id, message(mtype, {"n": timeout}), timeout)
        expect(answer, ok({"late": timeout}), f"with the timeout {timeout}")


@check("callAndWait.timedOut")
def call_and_wait_timed_out(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    begun = time.monotonic()
    world.rpc.fault("callAndWait", world.alice.key, world.bob.id, message(mtype), "1")
    took = time.monotonic() - begun
    require(0.9 < took < 2.5, f"a timeout of 1 s took {took:.2f} s")


@check("callAndWait.notCallable")
def call_and_wait_not_callable(world):
    """A sender without a callback may wait for an answer all the same."""
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.bob.on[mtype] = answering(ok({"r": "1"}))
    me, key, _ = world.register()
    expect(world.rpc("callAndWait", key, world.bob.id, message(mtype), "5"), ok({"r": "1"}))
    expect(world.bob.inbox.wait(mtype=mtype)[0]["sender"], me, "sender")
    world.rpc("unregister", key)


@check("callAndWait.self")
def call_and_wait_self(world):
    mtype = world.fresh()
    world.alice.subscribe([mtype])
    world.alice.on[mtype] = answering(ok({"r": "me"}))
    expect(world.alice.client.call_and_wait(world.alice.id, message(mtype), "5"), ok({"r": "me"}))


@check("callAndWait.many")
def call_and_wait_many(world):
    """Thirty wait at once for answers that come in the opposite order; all others are served meanwhile."""
    mtype, count = world.fresh(), 30
    world.bob.subscribe([mtype])
    held = []
    lock = threading.Lock()

    def hold(party, call):
        with lock:
            held.append(call)

    world.bob.on[mtype] = hold
    answers = {}

    def wait(n):
        answers[n] = world.rpc("callAndWait", world.alice.key, world.bob.id, message(mtype, {"n": str(n)}), "10")

    threads = [threading.Thread(target=wait, args=(n,), daemon=True) for n in range(count)]
    for thread in threads:
        thread.start()
    world.bob.inbox.wait(count, mtype=mtype)
    begun = time.monotonic()
    world.carol.client.get_registered_clients()
    require(time.monotonic() - begun < 1, "another client had to wait")
    for call in reversed(held):
        world.bob.reply(call, ok({"n": call["params"]["n"]}))
    for thread in threads:
        thread.join(5)
    expect(answers, {n: ok({"n": str(n)}) for n in range(count)})


@check("callAndWait.beforeReturning")
def call_and_wait_before_returning(world):
    """A reply sent from inside the callback must find its waiter, every time."""
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.bob.on[mtype] = lambda party, call: party.reply(call, ok({"n": call["params"]["n"]}))
    for n in range(40):
        expect(world.alice.client.call_and_wait(world.bob.id, message(mtype, {"n": str(n)}), "5"), ok({"n": str(n)}))


@check("reply.later")
def reply_later(world):
    """Replies need neither the callback's thread nor the order of the calls."""
    mtype, tag = world.fresh(), world.fresh("tag")
    world.bob.subscribe([mtype])
    world.alice.listen(tag)
    for n in range(3):
        world.alice.client.call(world.bob.id, tag, message(mtype, {"n": str(n)}))
    calls = world.bob.inbox.exactly(3, mtype=mtype)
    expect(world.alice.inbox.matching(kind="response", tag=tag), [], "responses before any reply")
    for call in reversed(calls):
        world.bob.reply(call, ok({"n": call["params"]["n"]}))
    found = world.alice.inbox.exactly(3, kind="response", tag=tag)
    expect(sorted(i["response"]["samp.result"]["n"] for i in found), ["0", "1", "2"])
