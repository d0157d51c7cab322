import { defineConfig } from "vitest/config"

const limits = { testTimeout: 120_000, hookTimeout: 120_000, maxConcurrency: 2 }
/** The peers' own testers measure promptness, so they run alone, at the end. */
const testers = "test/interop/jsamp-testers.test.ts"

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "peers",
          include: ["test/interop/**/*.test.ts"],
          exclude: [testers],
          sequence: { groupOrder: 0 },
          ...limits
        }
      },
      { test: { name: "testers", include: [testers], sequence: { groupOrder: 1 }, ...limits } }
    ]
  }
})
