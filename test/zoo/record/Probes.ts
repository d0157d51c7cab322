/** Requests, wrong or unusual, to hear what a peer's server says to them. Their own bytes are not kept. */

const post = (target: string, body: string): string =>
  [
    `POST ${target} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Content-Type: text/xml",
    `Content-Length: ${body.length}`,
    "",
    body
  ].join("\r\n")

const ping = "<?xml version=\"1.0\"?>\n"
  + "<methodCall><methodName>samp.hub.ping</methodName><params></params></methodCall>\n"

/** The probes for a server whose XML-RPC is at `target`. */
export const probes = (target: string): ReadonlyArray<string> => [
  post(target, ping),
  post("/no/such/place", ping),
  post(target, "this is not XML"),
  post(target, "<methodCall><methodName>samp.hub.ping</methodName>"),
  post(target, "<html></html>"),
  post(
    target,
    ping.replace("<params></params>", "<params><param><value><int>1</int></value></param></params>")
  ),
  `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
  `PUT ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n`,
  `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n`
  + `${ping.length.toString(16)}\r\n${ping}\r\n0\r\n\r\n`
]
