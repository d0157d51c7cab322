"""pyvo's convenience functions over astropy's client (PF-120 .. PF-125), against the hub found by HOME."""

from samp_checks import check, expect, main, require
from samp_parties import ADDRESS, Party, ok

import pyvo.samp
from astropy.table import Table

LOADS = ["table.load.votable", "image.load.fits", "spectrum.load.ssa-generic"]


class Place:
    """One listener that knows how to load; it stands in for TOPCAT."""

    def __init__(self):
        self.listener = Party("Listener")
        self.tables = []
        self.listener.on["table.load.votable"] = self._load
        self.listener.subscribe([*LOADS, "samp.hub.event.*"])

    def _load(self, party, call):
        self.tables.append(Table.read(call["params"]["url"].removeprefix("file://"), format="votable"))
        party.reply(call, ok())

    def close(self):
        self.listener.client.disconnect()


def connection(**options):
    return pyvo.samp.connection(client_name="pyvo test", addr=ADDRESS, **options)


@check("connection")
def connects(world):
    with connection() as conn:
        me = conn.get_public_id()
        expect(world.listener.client.get_metadata(me),
               {"samp.name": "pyvo test", "samp.description.text": "A generic PyVO client"})
    require(me not in world.listener.client.get_registered_clients(), "still registered after the block")
    world.listener.inbox.exactly(1, mtype="samp.hub.event.unregister", params={"id": me})


@check("findClient")
def find_client(world):
    with connection() as conn:
        expect(pyvo.samp.find_client_id(conn, "Listener"), world.listener.id)
        try:
            found = pyvo.samp.find_client_id(conn, "Nobody")
        except KeyError:
            return
        raise AssertionError(f"found {found!r}")


@check("sendTable")
def send_table(world):
    table = Table({"ra": [10.68, 83.82], "dec": [41.27, -5.39]})
    with connection() as conn:
        pyvo.samp.send_table_to(conn, table, client_name="Listener", name="two")
    got = world.listener.inbox.exactly(1, kind="call", mtype="table.load.votable")[0]
    expect(got["params"]["name"], "two")
    expect([list(row) for row in world.tables[0]], [[10.68, 41.27], [83.82, -5.39]], "the table that was read")


@check("sendImage")
def send_image(world):
    url = "http://127.0.0.1:9/m31.fits?a=1&b=<2>"
    with connection() as conn:
        pyvo.samp.send_image_to(conn, url, client_name="Listener", name="one")
        pyvo.samp.send_image_to(conn, url, name="all")
    got = world.listener.inbox.exactly(2, kind="notification", mtype="image.load.fits")
    expect(sorted(i["params"]["name"] for i in got), ["all", "one"])
    expect({i["params"]["url"] for i in got}, {url})


@check("sendSpectrum")
def send_spectrum(world):
    with connection() as conn:
        pyvo.samp.send_spectrum_to(conn, "http://127.0.0.1:9/s", client_name="Listener")
    world.listener.inbox.exactly(1, kind="notification", mtype="spectrum.load.ssa-generic")


main(60, Place)
