"""Registration and metadata."""

from samp_checks import check, each, expect, require
from samp_parties import message

HUB_EVENTS = ["samp.hub.event.register", "samp.hub.event.unregister", "samp.hub.event.metadata",
              "samp.hub.event.subscriptions"]


@check("lockfile")
def lockfile(world):
    for key in ("samp.secret", "samp.hub.xmlrpc.url", "samp.profile.version"):
        require(world.params.get(key), f"{key} missing in {world.params!r}")
    require(world.params["samp.hub.xmlrpc.url"].startswith("http://127.0.0.1:"), "url is not a loopback literal")


@check("ping")
def ping(world):
    require(isinstance(world.rpc("ping"), (str, list, dict)), "ping's result is no SAMP value")
    world.alice.client.ping()


@check("register.info")
def register_info(world):
    infos = [world.register()[2] for _ in range(5)]
    hub_ids = {i["samp.hub-id"] for i in infos}
    expect(len(hub_ids), 1, "number of hub ids")
    everyone = [i["samp.self-id"] for i in infos] + [p.id for p in world.parties] + list(hub_ids)
    expect(len(set(everyone)), len(everyone), "number of different public ids")
    keys = [i["samp.private-key"] for i in infos] + [p.key for p in world.parties]
    expect(len(set(keys)), len(keys), "number of different keys")
    require(not set(keys) & set(everyone), "a private key is somebody's public id")
    for info in infos:
        world.rpc("unregister", info["samp.private-key"])


@check("register.fresh")
def register_fresh(world):
    me, key, _ = world.register()
    expect(world.rpc("getMetadata", key, me), {}, "metadata")
    expect(world.rpc("getSubscriptions", key, me), {}, "subscriptions")
    expect(world.alice.client.get_metadata(me), {}, "metadata seen by another")
    world.rpc("unregister", key)


@check("register.listing")
def register_listing(world):
    hub = world.alice.client.client._hub_id
    listed = world.alice.client.get_registered_clients()
    expect(sorted(listed), sorted([hub, world.bob.id, world.carol.id]), "clients but the caller")


@check("register.event")
def register_event(world):
    world.carol.subscribe(HUB_EVENTS)
    me, key, info = world.register()
    found = world.carol.inbox.exactly(1, mtype="samp.hub.event.register", params={"id": me})
    expect(found[0]["sender"], info["samp.hub-id"], "sender of the event")
    expect(found[0]["kind"], "notification")
    world.rpc("unregister", key)


@check("void.results")
def void_results(world):
    _, key, _ = world.register()
    for method, *rest in (("setXmlrpcCallback", "http://127.0.0.1:9/none"), ("declareMetadata", {}),
                          ("declareSubscriptions", {}), ("unregister",)):
        require(isinstance(world.rpc(method, key, *rest), (str, list, dict)), f"{method}: no SAMP value")


@check("metadata.roundTrip")
def metadata_round_trip(world):
    metadata = {"samp.name": "Round", "samp.description.text": "a <b> & \"c\" 'd' ]]>",
                "samp.icon.url": "http://127.0.0.1/icon.png", "test.list": ["a", ["b", []], {"c": {}}],
                "test.map": {"x": {"y": ["z", ""]}}, "test.empty": ""}
    world.bob.client.declare_metadata(dict(metadata))
    # astropy merges into what it declared before, so the name given at first is in the map too.
    expect(world.alice.client.get_metadata(world.bob.id), metadata, "seen by another")
    expect(world.bob.client.get_metadata(world.bob.id), metadata, "seen by itself")
    expect(world.alice.client.get_metadata(world.alice.id),
           {"samp.name": "Alice", "test.role": "sender"}, "declared when connecting")


@check("metadata.replace")
def metadata_replace(world):
    declare = world.bob.hub.declare_metadata
    declare(world.bob.key, {"samp.name": "One", "test.old": "1"})
    declare(world.bob.key, {"samp.name": "Two"})
    expect(world.alice.client.get_metadata(world.bob.id), {"samp.name": "Two"})
    declare(world.bob.key, {})
    expect(world.alice.client.get_metadata(world.bob.id), {})
    declare(world.bob.key, {"samp.name": "Bob"})


@check("metadata.hub")
def metadata_hub(world):
    hub = world.alice.client.client._hub_id
    require(world.alice.client.get_metadata(hub).get("samp.name"), "the hub has no samp.name")
    require("samp.app.ping" in world.alice.client.get_subscriptions(hub), "the hub does not take samp.app.ping")


@check("metadata.event")
def metadata_event(world):
    world.carol.subscribe(HUB_EVENTS)
    hub = world.carol.client.client._hub_id
    for party in (world.bob, world.carol):
        metadata = {"samp.name": party.name, "test.stamp": world.fresh(), "test.map": {"a": ["b"]}}
        party.hub.declare_metadata(party.key, metadata)
        found = world.carol.inbox.exactly(1, mtype="samp.hub.event.metadata",
                                          params={"id": party.id, "metadata": metadata})
        expect(found[0]["sender"], hub, "sender of the event")
    world.bob.hub.declare_metadata(world.bob.key, {"samp.name": "Bob"})


TEXTS = [
    ("all printable", "".join(map(chr, range(0x20, 0x7f)))),
    ("DEL", "a\x7fb"),
    ("TAB and LF", "\ta\n\tb\n\n"),
    ("only blanks", "   "),
    ("only line ends", "\n\n"),
    ("empty", ""),
    ("markup", "<value>&amp;</value><![CDATA[x]]>&#65;"),
    ("backslash and braces", "\\{}%s${x}"),
]


@check("values.texts")
def values_texts(world):
    def carried(what, text):
        world.bob.hub.declare_metadata(world.bob.key, {"test.text": text})
        expect(world.alice.client.get_metadata(world.bob.id), {"test.text": text})

    each(TEXTS, carried)
    world.bob.hub.declare_metadata(world.bob.key, {"samp.name": "Bob"})


@check("values.carriageReturn")
def values_carriage_return(world):
    body = ("<?xml version=\"1.0\"?><methodCall><methodName>samp.hub.declareMetadata</methodName><params><param>"
            f"<value>{world.bob.key}</value></param><param><value><struct><member><name>test.cr</name>"
            "<value><string>a&#13;b&#xd;&#10;c</string></value></member></struct></value></param></params>"
            "</methodCall>")
    expect(world.rpc.post(body)[0], 200, "HTTP status")
    expect(world.alice.client.get_metadata(world.bob.id), {"test.cr": "a\rb\r\nc"})
    world.bob.hub.declare_metadata(world.bob.key, {"samp.name": "Bob"})


@check("values.keys")
def values_keys(world):
    keys = ["__proto__", "constructor", "toString", "hasOwnProperty", "", " ", "a b", "a\nb", "0", "-1", "<&>"]
    metadata = {"test.map": {k: {k: [k]} for k in keys}, **{k: "v" + k for k in keys}}
    world.bob.hub.declare_metadata(world.bob.key, metadata)
    expect(world.alice.client.get_metadata(world.bob.id), metadata)
    world.bob.hub.declare_metadata(world.bob.key, {"samp.name": "Bob"})


@check("values.long")
def values_long(world):
    deep = "bottom"
    for level in range(40):
        deep = [deep] if level % 2 else {"k": deep}
    params = {"rows": [str(n) for n in range(10_000)], "deep": deep}
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    world.alice.client.notify(world.bob.id, message(mtype, params))
    found = world.bob.inbox.wait(mtype=mtype)
    require(found[0]["params"] == params, "a list of 10000 strings or 40 levels changed on the way")


@check("values.numbers")
def values_numbers(world):
    """A sloppy Python program passes numbers: the hub faults or hands on strings, never the number."""
    mtype = world.fresh()
    world.bob.subscribe([mtype])
    try:
        world.alice.client.notify(world.bob.id, message(mtype, {"n": 5, "b": True, "f": 1.5, "z": None}))
    except Exception as error:
        require("ProtocolError" not in repr(error), f"not a fault: {error!r}")
        return
    params = world.bob.inbox.wait(mtype=mtype)[0]["params"]
    expect(params, {"n": "5", "b": "1", "f": "1.5", "z": ""}, "numbers as strings")
