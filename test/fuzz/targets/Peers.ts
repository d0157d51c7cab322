import type { Target } from "../engine/Target.ts"
export const peers = (): Promise<Target> => {
  throw new Error("not yet")
}
