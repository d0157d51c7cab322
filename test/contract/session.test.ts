import * as Layer from "effect/Layer"
import { memory, node } from "./ports.ts"
import { session } from "./session.ts"

session("memory", () => Layer.fresh(memory))

session("node:http and files", () => Layer.fresh(node))
