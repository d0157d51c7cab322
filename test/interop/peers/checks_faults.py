"""What the hub must answer with a fault, operation by operation."""

import re
import xmlrpc.client

from samp_checks import check, each, expect, require
from samp_parties import message, ok, Party

CALLBACK = "http://127.0.0.1:9/none"


def operations(world, mtype):
    """Every operation that takes a private key, with arguments that would be right (Bob takes mtype)."""
    bob = world.bob.id
    return [
        ("setXmlrpcCallback", CALLBACK),
        ("declareMetadata", {"samp.name": "x"}),
        ("getMetadata", bob),
        ("declareSubscriptions", {"test.x": {}}),
        ("getSubscriptions", bob),
        ("getRegisteredClients",),
        ("getSubscribedClients", mtype),
        ("notify", bob, message(mtype)),
        ("notifyAll", message(mtype)),
        ("call", bob, "tag", message(mtype)),
        ("callAll", "tag", message(mtype)),
        ("callAndWait", bob, message(mtype), "5"),
        ("reply", "no-such-msg-id", ok()),
        ("unregister",),
    ]


def targeted(recipient, msg):
    return [("notify", recipient, msg), ("call", recipient, "tag", msg), ("callAndWait", recipient, msg, "5")]


def sendings(recipient, msg):
    return [*targeted(recipient, msg), ("notifyAll", msg), ("callAll", "tag", msg)]


@check("fault.shape")
def shape(world):
    body = ("<?xml version=\"1.0\"?><methodCall><methodName>samp.hub.register</methodName>"
            "<params><param><value>wrong</value></param></params></methodCall>")
    status, answer = world.rpc.post(body)
    expect(status, 200, "HTTP status of a fault")
    text = answer.decode("ascii")
    names = re.findall(r"<name>(.*?)</name>", text)
    expect(sorted(names), ["faultCode", "faultString"], "members of the fault")
    require(re.search(r"<(int|i4)>-?[0-9]+</(int|i4)>", text), f"no int in {text!r}")


@check("fault.secret")
def secret(world):
    each([("",), ("wrong",), (world.secret[:-1],), (world.secret + "x",), (world.alice.key,)],
         lambda s: world.rpc.fault("register", s))


@check("fault.unknownMethod")
def unknown_method(world):
    for method in ("noSuchMethod", "", "Ping", "register2", "__proto__", "constructor"):
        world.rpc.fault(method, world.alice.key)
    for name in ("samp.webhub.ping", "samp.client.receiveCall", "ping", "samp.hub", "system.noSuchMethod"):
        body = xmlrpc.client.dumps((), name)
        status, answer = world.rpc.post(body)
        require(status == 200 and b"<fault>" in answer, f"{name}: {status} {answer!r}")


@check("fault.unknownKey")
def unknown_key(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    keys = ["", "x", world.alice.id, world.alice.client.client._hub_id, world.secret, world.alice.key + "x",
            world.alice.key[:-1], "__proto__"]
    each([(op[0], key, *op[1:]) for op in operations(world, mtype) for key in keys], world.rpc.fault)
    expect(world.bob.inbox.matching(mtype=mtype), [], "what went through")


@check("fault.keyAfterUnregister")
def key_after_unregister(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    _, key, _ = world.register()
    world.rpc("unregister", key)
    each([(op[0], key, *op[1:]) for op in operations(world, mtype)], world.rpc.fault)
    expect(world.bob.inbox.matching(mtype=mtype), [], "what went through")


@check("fault.arity")
def arity(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    _, key, _ = world.register()
    rows = [("register",), ("register", world.secret, "x")]
    for method, *rest in operations(world, mtype):
        rows.append((method, *[key, *rest][:-1]))
        rows.append((method, key, *rest, "x"))
        rows.append((method,))
    each(rows, world.rpc.fault)
    # None of them may have had an effect, the shortened unregister included.
    require(len(world.rpc("getRegisteredClients", key)) >= 4, "the client is gone")
    expect(world.bob.inbox.matching(mtype=mtype), [], "what went through")
    world.rpc("unregister", key)


@check("fault.types")
def types(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    me, key, _ = world.register()
    rows = [("register", {}), ("register", [])]
    for method, *rest in operations(world, mtype):
        arguments = [key, *rest]
        for n, value in enumerate(arguments):
            for other in ("x", []) if isinstance(value, dict) else ({}, [], {"a": "b"}, ["x"]):
                rows.append((method, *arguments[:n], other, *arguments[n + 1:]))
    each(rows, world.rpc.fault)
    expect(world.rpc("getMetadata", key, me), {}, "metadata after all that")
    expect(world.bob.inbox.matching(mtype=mtype), [], "what went through")
    world.rpc("unregister", key)


@check("fault.unknownId")
def unknown_id(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])

    def refused(recipient):
        for method, *rest in (("getMetadata", recipient), ("getSubscriptions", recipient),
                              *targeted(recipient, message(mtype))):
            world.rpc.fault(method, world.alice.key, *rest)

    each([("nobody",), ("",), (world.bob.key,), (world.bob.id + "0",), (world.bob.id.upper() + " ",),
          ("__proto__",), ("Bob",)], refused)


@check("fault.notSubscribed")
def not_subscribed(world):
    world.bob.subscribe(["test.a.b", "test.c.*"])
    rows = [(method, world.alice.key, *rest)
            for mtype in ("test.a", "test.a.b.c", "test.c", "test.cd", world.fresh())
            for method, *rest in targeted(world.bob.id, message(mtype))]
    each(rows, world.rpc.fault)
    hub = world.alice.client.client._hub_id
    each([(method, world.alice.key, *rest) for method, *rest in targeted(hub, message(world.fresh()))],
         world.rpc.fault)


@check("fault.notCallable")
def not_callable(world):
    """Subscribing without a callback is a fault, or counts for nothing; either way sending to it is one."""
    mtype = world.fresh()
    me, key, _ = world.register()
    try:
        world.rpc("declareSubscriptions", key, {mtype: {}})
    except xmlrpc.client.Fault:
        pass
    each([(method, world.alice.key, *rest) for method, *rest in targeted(me, message(mtype))], world.rpc.fault)
    expect(world.alice.client.notify_all(message(mtype)), [], "recipients of notifyAll")
    world.rpc("unregister", key)


@check("fault.malformedMessage")
def malformed_message(world):
    mtype = world.fresh()
    world.bob.subscribe(["*"])
    wrong = [{}, {"samp.params": {}}, {"samp.mtype": {}, "samp.params": {}},
             {"samp.mtype": [mtype], "samp.params": {}}, {"samp.mtype": mtype, "samp.params": "x"},
             {"samp.mtype": mtype, "samp.params": ["x"]}]
    each([(method, world.alice.key, *rest) for msg in wrong for method, *rest in sendings(world.bob.id, msg)],
         world.rpc.fault)
    expect(world.bob.inbox.matching(mtype=mtype), [], "what went through")
    world.bob.subscribe([])


@check("fault.characters")
def characters(world):
    mtype = world.fresh()
    world.bob.subscribe(["*"])
    before = world.bob.client.get_metadata(world.bob.id)
    for text in ("\u00e9", "\u20ac", "\U0001f52d"):
        each([("declareMetadata", world.bob.key, {"test.text": text}),
              ("declareMetadata", world.bob.key, {text: "x"}),
              ("declareMetadata", world.bob.key, {"test.deep": [{"a": ["x", text]}]}),
              *[(method, world.alice.key, *rest)
                for method, *rest in sendings(world.bob.id, message(mtype, {"a": text}))],
              *[(method, world.alice.key, *rest)
                for method, *rest in sendings(world.bob.id, message(mtype, {text: "a"}))],
              ("call", world.alice.key, world.bob.id, "tag" + text, message(mtype))], world.rpc.fault)
    expect(world.bob.client.get_metadata(world.bob.id), before, "metadata after all that")
    expect(world.bob.inbox.matching(mtype=mtype), [], "what went through")
    world.bob.subscribe([])


ILL_FORMED = ["*.b", "a.*.c", "a*", "a.", ".a", "a..b", "", "a b", "**", "a.**", "a.b*", ".*", "a.*.", "a/b"]


@check("fault.subscriptions")
def subscriptions(world):
    before = {"test.kept.*": {"x-test": "1"}}
    world.bob.subscribe(before)
    each([("declareSubscriptions", world.bob.key, {"test.fine": {}, pattern: {}}) for pattern in ILL_FORMED],
         world.rpc.fault)
    each([("declareSubscriptions", world.bob.key, {"test.fine": {}, "test.x": value})
          for value in ("", "x", [], ["x"])], world.rpc.fault)
    expect(world.bob.client.get_subscriptions(world.bob.id), before, "subscriptions after all that")


@check("fault.callbackUrl")
def callback_url(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.rpc.fault("setXmlrpcCallback", world.bob.key, "not a url")
    _, key, _ = world.register()
    each([("setXmlrpcCallback", key, url)
          for url in ("", "/relative/path", "127.0.0.1", "http:", "://x", "nonsense:x")], world.rpc.fault)
    world.rpc("unregister", key)
    # A refused URL leaves the earlier one in force.
    world.alice.client.notify(world.bob.id, message(mtype))
    world.bob.inbox.exactly(1, mtype=mtype)


@check("fault.timeoutSyntax")
def timeout_syntax(world):
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    each([("callAndWait", world.alice.key, world.bob.id, message(mtype), timeout)
          for timeout in ("1.0", "abc", "", " 1", "1 ", "1e1", "0x10", "--1", "+", "1s", "NaN", "Infinity")],
         world.rpc.fault)
    expect(world.bob.inbox.matching(mtype=mtype), [], "what went through")


@check("fault.text")
def text(world):
    """One line of legal characters that names the offending thing and gives no key away."""
    with Party("Dora") as dora:
        dora.subscribe(["test.none"])
        known = [dora.key, world.alice.key, world.bob.key, world.secret]
        for arguments in (("getMetadata", world.alice.key, "nobody-here"),
                          ("getSubscriptions", world.alice.key, "nobody-here"),
                          ("notify", world.alice.key, dora.id, message("test.other")),
                          ("reply", world.alice.key, "no-such-id", ok()),
                          ("declareSubscriptions", world.alice.key, {"a..b": {}}),
                          ("register", "guess"), ("noSuchMethod", world.alice.key)):
            said = world.rpc.fault(*arguments).faultString
            require("\n" not in said and all(" " <= c <= "~" for c in said), f"not one plain line: {said!r}")
            require(not any(k in said for k in known), f"gives a key away: {said!r}")
        said = world.rpc.fault("getMetadata", world.alice.key, "nobody-here").faultString
        require("nobody-here" in said, f"does not name the id: {said!r}")
        said = world.rpc.fault("notify", world.alice.key, dora.id, message("test.other")).faultString
        require("test.other" in said, f"does not name the MType: {said!r}")


BODIES = [
    ("empty", ""), ("text", "hello"), ("unclosed", "<?xml version=\"1.0\"?><methodCall><methodName>samp.hub.ping"),
    ("other root", "<?xml version=\"1.0\"?><html></html>"),
    ("no method", "<?xml version=\"1.0\"?><methodCall><params></params></methodCall>"),
    ("a response", "<methodResponse><params><param><value>x</value></param></params></methodResponse>"),
    ("two roots", "<methodCall><methodName>samp.hub.ping</methodName></methodCall><x/>"),
    ("DOCTYPE", "<!DOCTYPE m [<!ENTITY a \"b\">]><methodCall><methodName>samp.hub.ping</methodName></methodCall>"),
    ("binary", "\x00\x01\x02\xff"),
    ("control character", "<methodCall><methodName>samp.hub.register</methodName><params><param><value>\x01"
                          "</value></param></params></methodCall>"),
    ("reference to one", "<methodCall><methodName>samp.hub.register</methodName><params><param><value>&#1;"
                         "</value></param></params></methodCall>"),
]


@check("fault.malformedXml")
def malformed_xml(world):
    def refused(what, body):
        status, answer = world.rpc.post(body.encode("latin-1"))
        require((status == 200 and b"<fault>" in answer) or 400 <= status < 500, f"{status} {answer[:200]!r}")
        world.rpc("ping")

    each(BODIES, refused)
