"""An astropy client, and pyvo's helpers, that talk to the client "Ours" of the test: test.ok, test.warning, test.error
and test.fail answer by their names, wild.* echoes, table.load.votable and image.load.fits load."""

from samp_checks import check, expect, main, require
from samp_parties import ADDRESS, Party, message

import pyvo.samp
from astropy.table import Table


class Place:
    def __init__(self):
        self.party = Party("Astropy")
        clients = self.party.client.get_registered_clients()
        self.ours = [i for i in clients if self.party.client.get_metadata(i).get("samp.name") == "Ours"][0]

    def close(self):
        self.party.client.disconnect()


def replies(place, mtype, params=None):
    """The response of one call, and of a call to all, each with its own tag."""
    client, inbox = place.party.client, place.party.inbox
    place.party.listen("one " + mtype, "all " + mtype)
    client.call(place.ours, "one " + mtype, message(mtype, params))
    called = client.call_all("all " + mtype, message(mtype, params))
    expect(list(called), [place.ours], "who was called")
    return [inbox.exactly(1, settle=0.05, kind="response", tag=tag + mtype)[0]["response"] for tag in ("one ", "all ")]


@check("ok")
def call_ok(place):
    params = {"a": "1 <2>", "list": ["", {"k": []}]}
    for answer in replies(place, "test.ok", params):
        expect(answer, {"samp.status": "samp.ok", "samp.result": {"echo": params}})


@check("warning")
def call_warning(place):
    for answer in replies(place, "test.warning"):
        expect(answer, {"samp.status": "samp.warning", "samp.result": {"x": "1"},
                        "samp.error": {"samp.errortxt": "half done", "samp.code": "w"}})


@check("error")
def call_error(place):
    for answer in replies(place, "test.error"):
        expect(answer["samp.status"], "samp.error")
        expect(answer["samp.error"], {"samp.errortxt": "could not", "samp.usertxt": "Sorry.", "samp.code": "42",
                                      "samp.debugtxt": "line one\nline two"})


@check("defect")
def call_defect(place):
    for answer in replies(place, "test.fail"):
        expect(answer["samp.status"], "samp.error")
        expect(answer["samp.error"]["samp.code"], "client.defect")


@check("callAndWait")
def call_and_wait(place):
    client = place.party.client
    statuses = [client.call_and_wait(place.ours, message(f"test.{kind}", {"wait": "60"}), "10")["samp.status"]
                for kind in ("ok", "warning", "error")]
    expect(statuses, ["samp.ok", "samp.warning", "samp.error"])


@check("wildcard")
def wildcard(place):
    for answer in replies(place, "wild.horse.runs", {"n": "1"}):
        expect(answer["samp.result"], {"mtype": "wild.horse.runs", "n": "1"})
    expect(place.party.client.get_subscriptions(place.ours)["wild.*"], {"x-samp.mostly-harmless": "1"})


@check("ping")
def ping(place):
    place.party.listen("ping")
    place.party.client.call(place.ours, "ping", message("samp.app.ping"))
    expect(place.party.inbox.exactly(1, settle=0.05, kind="response", tag="ping")[0]["response"]["samp.status"], "samp.ok")


@check("sameTag")
def same_tag(place):
    """One tag for many calls; through JSAMP's hub all of them have one msg-id."""
    place.party.listen("same")
    for n in range(5):
        place.party.client.call(place.ours, "same", message("test.ok", {"n": str(n)}))
    found = place.party.inbox.exactly(5, kind="response", tag="same")
    expect(sorted(i["response"]["samp.result"]["echo"]["n"] for i in found), ["0", "1", "2", "3", "4"])


@check("notify")
def notify(place):
    place.party.client.notify(place.ours, message("wild.note", {"from": "astropy notify"}))
    told = place.party.client.notify_all(message("wild.note", {"from": "astropy notify_all"}))
    expect(list(told), [place.ours], "who was told")


@check("pyvoTable")
def pyvo_table(_):
    table = Table({"ra": [10.68, 83.82], "dec": [41.27, -5.39]})
    with pyvo.samp.connection(client_name="pyvo", addr=ADDRESS) as conn:
        pyvo.samp.send_table_to(conn, table, client_name="Ours", name="two")


@check("pyvoImage")
def pyvo_image(_):
    with pyvo.samp.connection(client_name="pyvo", addr=ADDRESS) as conn:
        require(pyvo.samp.find_client_id(conn, "Ours"), "not found")
        pyvo.samp.send_image_to(conn, "http://127.0.0.1:9/m31.fits?a=1&b=<2>", client_name="Ours", name="one")
        pyvo.samp.send_image_to(conn, "http://127.0.0.1:9/m31.fits?a=1&b=<2>", name="all")


main(45, Place)
