import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/interop/**/*.test.ts"],
    // One after the other: the peers' testers measure promptness, and two cores are soon busy.
    fileParallelism: false,
    maxConcurrency: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000
  }
})
