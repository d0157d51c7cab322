// Finds the HTTP messages in a stream of chunks with as little work as possible. Most chunks hold exactly one message
// and most heads equal the one before on the same connection, so the head is read by one comparison.

/** Called with the whole message, the offset of its body, and whether the connection ends after this exchange. */
export type OnMessage = (source: string, bodyAt: number, closes: boolean) => void

const contentLength = /\r\ncontent-length: *(\d+)/i
const connection = /\r\nconnection: *([a-z-]+)/i
const http10 = /^HTTP\/1\.0|^[A-Z]+ \S+ HTTP\/1\.0/

export class HttpFraming {
  readonly #onMessage: OnMessage
  #unread = ""
  #parts: Array<string> = []
  #missing = 0
  #head = ""
  #length = 0
  #closes = false

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage
  }

  /** A chunk as `latin1` text. Throws when the peer sends no Content-Length, which WIRE-01 asks of every hub. */
  push(chunk: string): void {
    if (this.#missing > 0) {
      this.#parts.push(chunk)
      this.#missing -= chunk.length
      if (this.#missing > 0) return
      const whole = this.#parts.join("")
      this.#parts = []
      this.#missing = 0
      this.#split(whole)
    } else {
      this.#split(this.#unread === "" ? chunk : this.#unread + chunk)
    }
  }

  #split(source: string): void {
    let rest = source
    for (;;) {
      const headEnd = rest.indexOf("\r\n\r\n")
      if (headEnd < 0) {
        this.#unread = rest
        return
      }
      this.#readHead(rest.slice(0, headEnd))
      const end = headEnd + 4 + this.#length
      if (rest.length < end) {
        this.#unread = ""
        this.#parts.push(rest)
        this.#missing = end - rest.length
        return
      }
      this.#unread = ""
      this.#onMessage(rest, headEnd + 4, this.#closes)
      if (rest.length === end) return
      rest = rest.slice(end)
    }
  }

  #readHead(head: string): void {
    if (head === this.#head) return
    const length = contentLength.exec(head)?.[1]
    if (length === undefined) throw new Error(`HTTP message without Content-Length: ${head}`)
    const option = connection.exec(head)?.[1]?.toLowerCase()
    this.#head = head
    this.#length = Number(length)
    this.#closes = option === "close" || (http10.test(head) && option !== "keep-alive")
  }
}
