"""Python's own XML-RPC reader as a program: a document a line in base64, what it means a line in JSON.

Values are tagged as fuzz_tags.py says.
"""
import base64
import json
import sys
import xmlrpc.client

from fuzz_tags import tagged


def meaning(document):
    try:
        params, method = xmlrpc.client.loads(document)
        return {"method": method or "", "value": tagged(params)}
    except xmlrpc.client.Fault as fault:
        return {"fault": str(fault.faultString)}
    except Exception as why:
        return {"refused": type(why).__name__}


for line in sys.stdin:
    print(json.dumps(meaning(base64.b64decode(line))), flush=True)
