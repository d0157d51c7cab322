"""An astropy client that echoes, and sends on demand: fuzz_echo.py [milliseconds before a reply].

Prints {"id": ...}; then, for each line [recipient, value] of stdin, {"value": what came back} or {"error": why}. Values
are tagged as fuzz_tags.py says.
"""
import json
import os
import sys
import time

from fuzz_tags import tagged, untagged
from samp_parties import Party, message, ok


def main():
    pause = float(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0
    party = Party("fuzz-astropy")

    def answer(party, call):
        time.sleep(pause)
        party.reply(call, ok({"value": call["params"]["value"]}))

    party.on["fuzz.echo"] = answer
    party.subscribe(["fuzz.echo"])
    print(json.dumps({"id": party.id}), flush=True)
    for line in sys.stdin:
        recipient, value = json.loads(line)
        try:
            response = party.client.call_and_wait(recipient, message("fuzz.echo", {"value": untagged(value)}), "10")
            print(json.dumps({"value": tagged(response["samp.result"]["value"])}), flush=True)
        except Exception as why:
            print(json.dumps({"error": repr(why)[:300]}), flush=True)
    party.client.disconnect()
    os._exit(0)


main()
