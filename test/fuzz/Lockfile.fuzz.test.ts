/** Broken lockfiles: whatever is in the file, reading it is total, and what it says is what the bytes say. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { filePath } from "../../src/domain/FileUrl.ts"
import { parse, readRecord, readSampHub, render } from "../../src/domain/Lockfile.ts"
import { seed } from "../support/arbitraries.ts"
import { lockfilePieces, oracle } from "../support/lockfileOracle.ts"
import { mutate, random } from "../support/seeded.ts"

const whole = render({
  secret: "9d3cbbf0a6e2f5d1c0f4a71be0d7a1c9",
  url: "http://127.0.0.1:42195/xmlrpc",
  id: "12-abc",
  impl: "effect-samp 0.1",
  pid: 12,
  label: "lab",
  owner: "me",
  group: "us",
  started: "2024-05-01T10:00:00Z"
})

describe("broken lockfiles", () => {
  it("STD-37 STD-38 STD-50 are read token by token", () => {
    const next = random(seed)
    let hubs = 0
    for (let n = 0; n < 5_000; n++) {
      const text = mutate(whole, next, lockfilePieces)
      const tokens = parse(text)
      assert.deepStrictEqual(tokens, oracle(text), `seed ${seed}, file ${n}: ${JSON.stringify(text)}`)
      const hub = readRecord(tokens)
      if (Result.isFailure(hub)) continue
      hubs++
      assert.isTrue(hub.success.secret === tokens.get("samp.secret") && hub.success.secret !== "")
      assert.isTrue(URL.canParse(hub.success.url), `seed ${seed}, file ${n}: the URL ${hub.success.url}`)
      assert.isTrue(
        hub.success.pid === undefined || (Number.isSafeInteger(hub.success.pid) && hub.success.pid > 0)
      )
    }
    assert.isAbove(hubs, 1_000)
    assert.isBelow(hubs, 5_000)
  })

  it("STD-32 broken values of SAMP_HUB are a place or an error of one line", () => {
    const next = random(seed)
    for (let n = 0; n < 5_000; n++) {
      const value = mutate("std-lockurl:file://localhost/home/a%20b/.samp", next, lockfilePieces)
      const place = readSampHub(value)
      if (Result.isFailure(place)) assert.isBelow(place.failure.length, 300)
      else if (place.success?._tag === "File") assert.notStrictEqual(place.success.path, "")
      else if (place.success !== undefined) assert.match(place.success.url, /^https?:\/\//iu)
    }
  })

  it("WIRE-66 broken file URLs are an absolute path or none", () => {
    const next = random(seed)
    let paths = 0
    for (let n = 0; n < 5_000; n++) {
      const path = filePath(mutate("file://localhost/home/a%20b/.samp", next, lockfilePieces))
      if (path !== undefined) paths++
      if (path !== undefined) assert.match(path, /^(?:\/|[A-Za-z]:\/)/u)
    }
    assert.isAbove(paths, 500)
  })
})
