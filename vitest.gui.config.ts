import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/gui/**/*.test.ts"],
    // One desktop at a time: TOPCAT and DS9 both want ports of their own choice, and two cores are soon busy.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000
  }
})
