import { assert, describe, it } from "@effect/vitest"
import { readWebPlace, webUrl } from "../../../src/domain/web/WebPlace.ts"

describe("the Web Profile in SAMP_HUB", () => {
  it("WEB-01 is at the port that pages know", () => {
    assert.strictEqual(webUrl, "http://127.0.0.1:21012/")
  })

  it.each([
    ["web-appname:me", { url: webUrl, name: "me" }],
    ["web-appname: My Program ", { url: webUrl, name: "My Program" }],
    ["web-appname:", { url: webUrl, name: undefined }],
    ["web-url:http://127.0.0.1:4711/", { url: "http://127.0.0.1:4711/", name: undefined }],
    ["web-url:http://localhost:4711", { url: "http://localhost:4711", name: undefined }]
  ])("WIRE-50 %j names it", (value, place) => {
    assert.deepStrictEqual(readWebPlace(value), place)
  })

  it.each([
    "",
    "me",
    "web-url:",
    "web-url:127.0.0.1:4711",
    "web-url:https://a.example/",
    "web-url:http://",
    "web-url:http://a b/",
    "std-lockurl:file:///x",
    "http://127.0.0.1:21012/",
    "WEB-APPNAME:me"
  ])("WIRE-50 %j does not", (value) => {
    assert.isUndefined(readWebPlace(value))
  })
})
