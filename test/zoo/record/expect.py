"""What recorded bytes mean, by Python's own XML-RPC reader (no code of this project).

stdin: a JSON list of [direction, bytes as latin1 text]; stdout: the list of meanings, as test/zoo/Fixture.ts has them.
Scalars that SAMP does not know become their string encodings, as our hub reads them.
"""
import json
import re
import sys
import xmlrpc.client


def plain(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return str(value)


def meaning(direction, text):
    data = text.encode("latin1")
    if not data:
        return {"broken": "closed without an answer"}
    head, gap, body = re.match(rb"(?s)(.*?)(\r\n\r\n|\n\n)(.*)", data).groups()
    status = re.match(rb"HTTP/1\.\d (\d+)", head)
    if status and status.group(1) != b"200":
        return {"status": int(status.group(1))}
    if re.search(rb"(?im)^content-encoding:\s*gzip", head):
        return {"broken": "gzip that nobody asked for"}
    missing = int(re.search(rb"(?im)^content-length:\s*(\d+)", head).group(1)) - len(body)
    try:
        params, method = xmlrpc.client.loads(body)
    except xmlrpc.client.Fault as fault:
        found = {"fault": {"code": fault.faultCode, "string": fault.faultString}}
        return {**found, "missing": missing} if missing > 0 else found
    except Exception as why:
        return {"broken": "not XML-RPC"}
    if direction == "request":
        return {"method": method, "params": plain(params)}
    return {"value": plain(params[0])}


json.dump([meaning(*item) for item in json.load(sys.stdin)], sys.stdout)
