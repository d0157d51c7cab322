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

version=$(node node_modules/effect-samp/dist/apps/cli/samp.js --version)
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
echo "the package works: $tarball, $version"
