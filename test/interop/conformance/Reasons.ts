/**
 * What each foreign hub does where a check fails: seen by hand, by requests and answers as bytes, and held against the
 * text of the requirement. A failure without a reason here fails the test.
 */
import type { Kind } from "../support/Hubs.ts"

/** The kinds, in the order of the table's columns. */
export const kinds: ReadonlyArray<Kind> = ["ours", "jsamp", "astropy"]

/** By hub and id; Markdown. */
export const reasons: Readonly<Record<Exclude<Kind, "ours">, { readonly [id: string]: string }>> = {
  jsamp: {
    "DT-05": "Metadata with `x&#13;y` come back with a raw CR, which every XML parser reads as a line feed.",
    "SUB-05":
      "With the subscription `t.y.*`, messages of `t.y` and `t.yz` are taken and delivered: the dot before the star is not compared.",
    "MSG-03":
      "A message whose `samp.params` is a string is taken and delivered. (One without is taken, as it should be.)",
    "DLV-06":
      "Two calls of one sender with the same tag both get the msg-id `c1_A_a46a_tag`, so that no reply tells which of them it answers.",
    "DLV-08":
      "Each delivery has a thread of its own, and one may overtake another. The checks leave a moment between them, in which that is rare.",
    "EVT-11": "The same as DLV-08.",
    "DLV-09":
      "`callAll`, while the port of one subscriber refuses connections, is answered with the fault `Connection refused`; the other subscriber gets nothing. `notifyAll` reaches it.",
    "DLV-15": "Two replies to one call are both answered with success, and the caller gets two responses.",
    "DLV-16":
      "The reply of a client that was not called is taken; the caller gets a response with the stranger as its responder.",
    "DLV-23":
      "`callAndWait` with a timeout of 4 s ends after 4 s though its callee has unregistered after half a second; with a timeout of 0 it would wait for ever.",
    "STD-49": "It takes connections at 127.0.0.2: it listens on all interfaces.",
    "WIRE-29": "Metadata with `<int>42</int>` are refused with `Bad SAMP object`, which the standard allows.",
    "WIRE-34": "The same as DLV-09.",
    "WIRE-39": "A chunked request is answered with a fault that there was no body.",
    "WIRE-154": "An entity of a document type is resolved, and its text stored as metadata.",
    "WEB-08": "The answer to a preflight that asks for a private network does not mention it.",
    "WEB-12": "A registration with an empty map is taken.",
    "WEB-37":
      "A pull for 12 s whose client unregisters after half a second goes on waiting. (It ends at once by `allowReverseCallbacks` with `0`.)",
    "WEB-55":
      "What the other server answers with 404 is answered with 200 and an empty body. HEAD is answered as it should be.",
    "WEB-65": "A ping under the host name `evil.example:21012` is answered with success.",
    "WEB-66": "The same as WIRE-154."
  },
  astropy: {
    "DT-05": "Metadata with `x&#13;y` come back with a raw CR, which every XML parser reads as a line feed.",
    "DT-06": "Metadata with `&#233;` are taken, and come back as UTF-8.",
    "REG-09":
      "A second `unregister` with the same private key is answered with success, until a client has ever subscribed to `samp.hub.event.unregister`: then the hub looks for whom to name in that event, and the answer is a fault (`KeyError`). All other operations are faults, as they should be.",
    "REG-11":
      "The hub is `cli#hub`, and clients are `cli#1`: a `#` needs an escape in URLs, and Aladin Lite knows `hub` only.",
    "REG-12":
      "Private keys are UUIDs of version 1, such as `f352a7a8-e5b3-11f1-...` and then `f3543c58-e5b3-11f1-...`: the time, and the network address of the machine.",
    "SUB-03":
      "After `q.*`, `q.a.*` and `q.a.b`, declaring `q.a.b` alone is a fault (`KeyError`), and `getSubscriptions` goes on to tell all three.",
    "SUB-07": "`getSubscribedClients` tells `{}` of a client that subscribed with `{level: 3}`.",
    "SUB-10": "A client without callback that subscribes is listed by `getSubscribedClients`.",
    "SUB-11": "Subscriptions to `*.b` and to the empty string are taken.",
    "MSG-03": "A message whose `samp.params` is a string is taken and delivered.",
    "RSP-07": "A reply without `samp.status` is taken and passed on.",
    "DLV-05":
      "`notify` and `call` to a client that has subscribed but has no callback are answered as if it had got the message.",
    "DLV-13": "The timeout `\" 5\"` is taken for 5. `abc`, `1.0` and the empty string are faults.",
    "DLV-14": "Replies to `callAndWait` that are too late, or the second ones, are answered with success.",
    "DLV-15": "Two replies to one call are both answered with success, and the caller gets two responses.",
    "DLV-16":
      "The reply of a client that was not called is taken; the caller gets a response with the stranger as its responder.",
    "DLV-17": "Replies to a msg-id that never was, and to a caller that has left, are answered with success.",
    "DLV-22":
      "A reply that comes before the hub has begun to wait for it is lost, and `callAndWait` ends by its timeout.",
    "DLV-23":
      "`callAndWait` with a timeout of 4 s ends after 4 s though its callee has unregistered, or refuses connections.",
    "HUB-22":
      "`notify` with an argument too many is answered with HTTP status 500 and no body; `declareMetadata` with a string is taken.",
    "HUB-24":
      "`unregister` with the private key `nobody` is answered with success, or with a fault once a client has subscribed to `samp.hub.event.unregister`: the same as REG-09.",
    "HUB-27": "`callAndWait` to the hub itself often ends by its timeout: the race of DLV-22.",
    "ERR-05": "The fault for a private key that is dead has that key in its text.",
    "ERR-06":
      "An empty body, a text, XML that breaks off or does not match, and another document are answered with HTTP status 500 and no body.",
    "STD-48":
      "The URL is `http://127.0.0.1:45237`, without a path. Python's own clients make `/RPC2` of that, others `/`; the hub answers both.",
    "WIRE-38": "An absolute URL in the request line is answered with 404.",
    "WIRE-39": "A chunked request is answered with HTTP status 500 and no body.",
    "WIRE-154": "An entity of a document type is resolved, and its text stored as metadata.",
    "WIRE-157": "GET is not answered at all, and HEAD with 501.",
    "WIRE-113": "A ping with a private key is a fault (`TypeError`).",
    "WEB-03": "It listens at the address that `localhost` stands for, which is one of the two.",
    "WEB-08": "The answer to a preflight that asks for a private network does not mention it.",
    "WEB-18": "`Access-Control-Allow-Origin` echoes any origin, `null` too.",
    "WEB-30":
      "`allowReverseCallbacks` with `1` throws away what waits for a page that is callable already: a notification from just before is gone.",
    "WEB-32":
      "`pullCallbacks` with a timeout of 1 is answered within 20 ms, with an empty list. So a page that does not pause between its pulls keeps the hub busy.",
    "WEB-52": "A URL with an `&` in it is cut there.",
    "WEB-54":
      "A page gets the text of `file:///etc/hostname`, of which nobody has told it, as it gets any file that the user may read.",
    "WEB-55": "HEAD is not answered at all: the connection is closed.",
    "WEB-60": "A page sends any MType to any program.",
    "WEB-61":
      "Messages of a page reach a subscription with `x-samp.mostly-harmless` of `0`. (They reach one with `1`, as they should.)",
    "WEB-62": "Nothing is hidden from a page, as nothing is refused.",
    "WEB-63": "A page sends any MType to another.",
    "WEB-64": "The same as HUB-24.",
    "WEB-65": "A ping under the host name `evil.example:21012` is answered with success.",
    "WEB-66": "The same as WIRE-154."
  }
}

/** Where a run may end either way: by a race inside that hub, by what its clients did before, or by the machine. */
export const varying: Readonly<Record<Kind, ReadonlyArray<string>>> = {
  ours: [],
  jsamp: ["DLV-08", "EVT-11"],
  astropy: ["REG-09", "HUB-24", "DLV-22", "HUB-27", "WEB-03", "WEB-64"]
}
