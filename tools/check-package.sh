#!/usr/bin/env bash
# Packs the package, installs the tarball in an empty folder, and uses it there as its users would: the command, and the
# import with its types. Run through npm, so that `node` is the one of node_modules.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cd "$root"
tarball=$(npm pack --silent --pack-destination "$folder" | tail -n 1)
cd "$folder"
export HOME="$folder/home"
mkdir -p "$HOME"
cat > package.json <<'JSON'
{ "name": "consumer", "private": true, "type": "module" }
JSON
npm install --silent --no-audit --no-fund --prefer-offline "./$tarball"

version=$(node node_modules/effect-samp/dist/bin/samp.mjs --version)
test "$version" = "samp v$(node -p 'require("effect-samp/package.json").version')"

cat > consumer.ts <<'TS'
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Desktop, HubEngine, HubState, Identifiers, Network, StandardHub } from "effect-samp"

const hub = StandardHub.layer({ multi: false, address: "127.0.0.1", port: 0 }).pipe(
  Layer.provideMerge(HubEngine.layer(HubState.config({ hubId: Identifiers.ClientId("hub"), run: "r" }))),
  Layer.provide(Layer.merge(Network.layer, Desktop.layer))
)
const url: string = await Effect.runPromise(
  Effect.map(StandardHub.StandardHub, (running) => running.url).pipe(Effect.provide(hub))
)
console.log(url)
TS
"$root/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck --module nodenext --target es2024 --types '' consumer.ts
test "$(node consumer.ts)" = "http://127.0.0.1:1/xmlrpc"
cat > promise.ts <<'TS'
import { connect, MTypes, startHub } from "effect-samp/promise"

const lockfile = `${process.cwd()}/lockfile`
await using hub = await startHub({ lockfile })
await using ann = await connect({ name: "ann", hub: lockfile })
await using bob = await connect({ name: "bob", hub: lockfile })
await bob.bind("test.echo", ({ params }) => params)
await bob.bind(MTypes.coordPointAtSky, ({ params }) => console.log(params.ra + 1))
const { id } = await ann.findClient("bob")
await ann.call(id, MTypes.coordPointAtSky, { ra: 1.5, dec: 0 })
const { result } = await ann.call(id, "test.echo", { x: 1 })
console.log(hub.lockfile === lockfile, result["x"])
TS
"$root/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck --module nodenext --target es2024 \
  --lib es2024,esnext.disposable --types node --typeRoots "$root/node_modules/@types" promise.ts
test "$(node promise.ts)" = $'2.5\ntrue 1'

cat > browser.ts <<'TS'
import { availability, connect, Unreachable } from "effect-samp/browser"

const url = "http://127.0.0.1:1/"
const { reason } = await availability({ url })
const error = await connect({ name: "page", url }).catch((error: unknown) => error)
console.log(reason, error instanceof Unreachable && error.message.startsWith("No SAMP hub"))
TS
"$root/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck --module nodenext --target es2024 \
  --lib es2024,esnext.disposable,dom --types '' browser.ts
test "$(node browser.ts)" = "no-hub true"
test "$(node --input-type=module -e 'import { availability } from "./node_modules/effect-samp/dist/web/browser.js"
console.log((await availability({ url: "http://127.0.0.1:1/" })).reason)')" = "no-hub"

cat > sampjs.ts <<'TS'
import { samp } from "effect-samp/sampjs"

const tracker = new samp.ClientTracker()
const connector: samp.Connector = new samp.Connector("page", { "samp.name": "page" }, tracker, tracker.calculateSubscriptions())
tracker.callHandler["coord.pointAt.sky"] = (sender, message) => console.log(sender, message["samp.params"]["ra"])
export const buttons = (): HTMLElement => {
  document.body.append(connector.createRegButtons())
  return document.body
}
samp.ping((isThere) => {
  console.log(isThere, samp.isSubscribed(tracker.calculateSubscriptions(), "samp.hub.event.register"))
})
globalThis.fetch = async () => {
  throw new TypeError("nobody is there")
}
TS
"$root/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck --module nodenext --target es2024 \
  --lib es2024,dom --types '' sampjs.ts
node sampjs.ts | grep -qx "[a-z]* true"
test "$(node --input-type=commonjs -e 'console.log(Object.keys(require("effect-samp/sampjs")).join())')" = "samp"
test "$(node -p 'require("node:vm").runInNewContext(require("node:fs").readFileSync(require.resolve("effect-samp/samp.js")) + ";typeof samp.Connector", { Request, AbortSignal, console })')" = "function"

node node_modules/effect-samp/dist/bin/samp.mjs web-demo --port 0 --json > demo.json &
demo=$!
until test -s demo.json; do sleep 0.2; kill -0 "$demo"; done
url=$(node -p 'JSON.parse(require("node:fs").readFileSync("demo.json", "utf8").split("\n")[0]).url')
for page in "" send-table.html receive.html point.html connection.html style.css connection.js effect-samp.js xml.js; do
  node -e 'fetch(process.argv[1]).then(({ ok }) => process.exit(ok ? 0 : 1))' "$url$page"
done
kill "$demo"
wait "$demo"

cat > testing.ts <<'TS'
import * as Effect from "effect/Effect"
import { MTypes, SampClient } from "effect-samp"
import { Peer, SimHub, Simulation, startSimHub } from "effect-samp/testing"

const program = Effect.gen(function*() {
  const hub = yield* SimHub.SimHub
  const client = yield* SampClient.make({ name: "mine" })
  const topcat = yield* Peer.get("topcat")
  yield* client.notifyAll(MTypes.coordPointAtSky, { ra: 1, dec: 2 })
  yield* topcat.got("coord.pointAt.sky")
  yield* hub.restart
  yield* Effect.sleep("1 minute")
  return (yield* client.notifyAll(MTypes.coordPointAtSky, { ra: 3, dec: 4 })).length
})
const reached: number = Simulation.run(program, { seed: 1, peers: [Peer.topcat()] })
await using hub = await startSimHub({ peers: [Peer.ds9()] })
await using client = await hub.connect({ name: "mine" })
const others = await client.notifyAll("ds9.set", { cmd: "frame 1" })
console.log(reached, others.length)
TS
"$root/node_modules/.bin/tsc" --noEmit --strict --skipLibCheck --module nodenext --target es2024 \
  --lib es2024,esnext.disposable --types node --typeRoots "$root/node_modules/@types" testing.ts
test "$(node testing.ts)" = "1 1"

echo "the package works: $tarball, $version"
