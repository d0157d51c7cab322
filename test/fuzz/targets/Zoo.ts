/** What real peers said, as the zoo recorded it: the inputs to begin with. */
import { entries, sources } from "../../zoo/Fixture.ts"

const all = () => sources().flatMap(({ file }) => entries(file))

/** Whole requests, head and body. */
export const requests = (): ReadonlyArray<string> =>
  all().filter(({ bytes, direction }) => direction === "request" && bytes.length < 3_000).map(({ bytes }) =>
    bytes
  )

/** The bodies of requests and responses. */
export const bodies = (): ReadonlyArray<string> => [
  ...new Set(
    all().map(({ bytes }) => /\r?\n\r?\n([^]*)/u.exec(bytes)?.[1] ?? "").filter(({ length }) =>
      length > 0 && length < 2_500
    )
  )
]
