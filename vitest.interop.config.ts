import { defineConfig } from "vitest/config"

const limits = { testTimeout: 120_000, hookTimeout: 120_000, maxConcurrency: 2 }
/** The peers' own testers measure promptness, so they run alone, at the end. */
const testers = "test/interop/jsamp-testers.test.ts"
/** These need the one port that pages know, and a browser each: one file after the other. */
const web = "test/interop/web/**/*.test.ts"
/** Nearly two hundred cells in Chromium, which take minutes: `npm run test:permissions`. */
const permissions = "test/interop/web/permissions.test.ts"

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "peers",
          include: ["test/interop/**/*.test.ts"],
          exclude: [testers, web],
          sequence: { groupOrder: 0 },
          ...limits
        }
      },
      { test: { name: "testers", include: [testers], sequence: { groupOrder: 1 }, ...limits } },
      {
        test: {
          name: "web",
          include: [web],
          exclude: [permissions],
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
          fileParallelism: false,
          ...limits,
          maxConcurrency: 1
        }
      },
      { test: { name: "permissions", include: [permissions], sequence: { groupOrder: 3 }, ...limits } }
    ]
  }
})
