// A hundred pages and two hundred thousand messages, at a hub that is a process of its own: `npm run load:pages`.
// Says whether all came once and in order, how fast, what the hub took, how long the pings of a desktop program took beside,
// and whether a page that stops pulling is removed.
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { asking, run } from "../support/pagesLoad.ts"
import { peakBytes } from "./ProcessStats.ts"

const few = process.argv.includes("--quick")
const load = { pages: 100, senders: 4, broadcasts: few ? 50 : 500, gapMs: 250 }

const home = mkdtempSync(join(tmpdir(), "samp-pages-"))
const samp = join(import.meta.dirname, "../../dist/bin/samp.mjs")
const child = spawn(process.execPath, [samp, "hub", "--json", "--web-port", "0", "--web-consent", "allow"], {
  env: { PATH: process.env["PATH"], HOME: home },
  stdio: ["ignore", "pipe", "inherit"]
})
try {
  const [line] = await new Promise<ReadonlyArray<string>>((resolve) => {
    let text = ""
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes("\n")) resolve(text.split("\n"))
    })
  })
  // the hub's own ready line
  const ready = JSON.parse(line ?? "") as { url: string; lockfile: string; web: { url: string } }
  const secret = /^samp\.secret=(.*)$/mu.exec(readFileSync(ready.lockfile, "latin1"))?.[1] ?? ""
  const rss = (): number =>
    Number(/VmRSS:\s*(\d+)/u.exec(readFileSync(`/proc/${child.pid}/status`, "latin1"))?.[1])
  const before = rss()

  const ask = await asking()
  const pings: Array<number> = []
  const over = new AbortController()
  const pinging = (async () => {
    while (!over.signal.aborted) {
      const at = performance.now()
      await ask(ready.url, "samp.hub.ping", [])
      pings.push(performance.now() - at)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })()

  const { deliveries, pages, seconds, wrong } = await run(
    { url: ready.url, secret, web: ready.web.url },
    load,
    Math.random
  )
  over.abort()
  await pinging
  const sorted = pings.toSorted((a, b) => a - b)
  const at = (part: number): string => (sorted[Math.floor(part * (sorted.length - 1))] ?? 0).toFixed(1)
  console.log(
    `${deliveries} deliveries to ${pages.length} pages in ${seconds.toFixed(1)} s, ${
      Math.round(deliveries / seconds)
    } a second`
  )
  console.log(wrong.length === 0 ? "each came once, and in order" : `WRONG at ${wrong.join(", ")}`)
  console.log(`pings beside: median ${at(0.5)} ms, p99 ${at(0.99)} ms, of ${pings.length}`)
  console.log(
    `the hub: ${Math.round(before / 1024)} MB before, ${Math.round(rss() / 1024)} MB after, at most ${
      Math.round((peakBytes(child.pid ?? 0) ?? 0) / 2 ** 20)
    } MB`
  )
  if (wrong.length > 0) process.exitCode = 1

  // All stop pulling, as closed pages do, and are gone half a minute later.
  if (!few) {
    const [watcher, ...others] = pages
    const gone = others.map((page) => page.hangUp())
    await Promise.all(gone)
    const began = performance.now()
    let left = others.length
    while (left > 0 && performance.now() - began < 90_000) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      const ids = await watcher?.webhub("getRegisteredClients")
      left = Array.isArray(ids) ? others.filter(({ id }) => ids.includes(id)).length : left
    }
    console.log(
      `${others.length - left} of ${others.length} pages that were closed are removed ${
        ((performance.now() - began) / 1000).toFixed(0)
      } s later; the hub has ${Math.round(rss() / 1024)} MB`
    )
    if (left > 0) process.exitCode = 1
  }
} finally {
  child.kill("SIGTERM")
  rmSync(home, { recursive: true, force: true })
}
