/* A SAMP client on the upstream sampjs, as its documentation says: a Connector, its buttons, a ClientTracker with handlers.
   The page is named by its query (?name=...). What the tests ask of it they ask of `world`. */
window.world = (() => {
  const name = new URLSearchParams(location.search).get("name") || "Page"
  const received = []
  const loaded = []
  const changes = []
  const tracker = new samp.ClientTracker()
  const connector = new samp.Connector(
    name,
    { "samp.name": name, "samp.description.text": "1 < 2 & \"three\"", "x-page.where": location.href },
    tracker,
    undefined
  )

  const keep = {
    receiveNotification: (from, message) => ({ kind: "notification", from, ...content(message) }),
    receiveCall: (from, id, message) => ({ kind: "call", from, ...content(message) }),
    receiveResponse: (from, tag, response) => ({ kind: "response", from, tag, response })
  }
  const content = (message) => ({ mtype: message["samp.mtype"], params: message["samp.params"] })
  for (const [method, note] of Object.entries(keep)) {
    const original = tracker[method]
    tracker[method] = (...args) => {
      received.push(note(...args))
      return original.apply(tracker, args)
    }
  }
  tracker.onchange = (id, type) => changes.push(`${type} ${id}`)

  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  const read = async (url) => {
    const response = await fetch(connector.connection.translateUrl(url))
    const bytes = await response.arrayBuffer()
    const text = new TextDecoder().decode(bytes.slice(0, 5000))
    return { url, status: response.status, digest: hex(await crypto.subtle.digest("SHA-256", bytes)), text }
  }
  tracker.callHandler["table.load.votable"] = (sender, message) => {
    const { url } = message["samp.params"]
    if (url !== undefined) read(url).then((table) => loaded.push(table), (error) => loaded.push({ url, error: String(error) }))
  }
  tracker.callHandler["test.open"] = (sender, message) => ({ echo: message["samp.params"] })
  tracker.callHandler["test.closed"] = () => ({})
  tracker.callHandler["samp.app.ping"] = () => ({})
  tracker.callHandler["spectrum.load.ssa-generic"] = () => {
    throw new Error("could not")
  }
  // of this it is subscribed without a handler
  connector.subs = {
    ...tracker.calculateSubscriptions(),
    "test.open": { "x-samp.mostly-harmless": "1" },
    "coord.*": {}
  }
  document.getElementById("buttons").append(connector.createRegButtons())

  /** A method of the hub, as a promise. */
  const ask = (method, ...args) =>
    new Promise((resolve, reject) => {
      if (!connector.connection) return reject(new Error("not registered"))
      connector.connection[method](args, resolve, (error) => reject(new Error(String(error))))
    })

  return {
    ask,
    read,
    received,
    loaded,
    changes,
    registration: () => connector.connection?.regInfo ?? null,
    tracked: () => ({ ids: Object.keys(tracker.ids), metas: tracker.metas, subs: tracker.subs }),
    expect: (tag) => {
      tracker.replyHandler[tag] = () => {}
    },
    available: () => new Promise((resolve) => samp.ping(resolve))
  }
})()
