/** What pages may hand over, and under which names. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { publishedName, publishingObjection } from "../../../src/domain/web/Publishing.ts"
import { runs } from "../../support/arbitraries.ts"

describe("the name of what is published", () => {
  it("is taken from the query, whatever is in it", () => {
    assert.strictEqual(publishedName("name=..%2F..%2Fetc%2Fpasswd"), "../../etc/passwd")
    assert.strictEqual(publishedName("x=1&name=caf%C3%A9&name=b"), "caf\u00e9")
    const none = [undefined, "", "name=", "%zz", "nam=x"]
    assert.deepStrictEqual(none.map(publishedName), none.map(() => "data"))
    assert.strictEqual(publishedName(`name=${"a".repeat(5_000)}`).length, 1_000)
    assert.strictEqual(publishedName("name=%zz%00"), "%zz\0")
  })

  it.prop("comes through an address", { name: Schema.String.check(Schema.isMinLength(1)) }, ({ name }) => {
    const said = name.toWellFormed()
    const address = `http://127.0.0.1:21012/published/key?name=${encodeURIComponent(said)}`
    assert.strictEqual(publishedName(new URL(address).search.slice(1)), said)
  }, runs(300))
})

describe("objections", () => {
  const post = { method: "POST", mediaType: undefined }

  it("there are none to a POST or PUT with a media type or none, as it is", () => {
    assert.isUndefined(publishingObjection(post, 0))
    assert.isUndefined(
      publishingObjection({ method: "PUT", mediaType: "text/plain;charset=UTF-8", encoding: "Identity" }, 1)
    )
  })

  it.each([
    [{ method: "GET", mediaType: undefined }, 1, 405],
    [{ method: "post", mediaType: undefined }, 1, 405],
    [{ method: "POST", mediaType: "fits" }, 1, 400],
    [{ method: "POST", mediaType: "a/b\r\nX: y" }, 1, 400],
    [{ method: "POST", mediaType: "" }, 1, 400],
    [{ method: "POST", mediaType: `a/${"b".repeat(254)}` }, 1, 400],
    [{ method: "POST", mediaType: "a/b", encoding: "gzip" }, 1, 415],
    [{ method: "GET", mediaType: "fits" }, undefined, 403]
  ])(
    "WEB-67 %o with room for %o is refused with %i",
    (handing, room, status) => assert.strictEqual(publishingObjection(handing, room)?.status, status)
  )
})
