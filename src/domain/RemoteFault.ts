/** A fault that a peer answered with (ERR-02). */
export interface RemoteFault {
  readonly _tag: "RemoteFault"
  readonly code: number
  readonly text: string
}

const int = (text: string): number => {
  const number = Number(text.trim())
  return Number.isSafeInteger(number) ? number : 0
}

/** A fault of these members, made fit for one line (WIRE-33). */
export const remoteFault = (code: string, faultString: string): RemoteFault => {
  const text = faultString.replace(/[^\x20-\x7e]+/gu, " ").trim()
  return { _tag: "RemoteFault", code: int(code), text: text === "" ? "a fault without a text" : text }
}
