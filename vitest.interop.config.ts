import { defineConfig } from "vitest/config"

const limits = { testTimeout: 120_000, hookTimeout: 120_000, maxConcurrency: 2 }
/** The peers' own testers measure promptness, so they run alone, at the end. */
const testers = "test/interop/jsamp-testers.test.ts"
/** These need the one port that pages know, and a browser each: one file after the other. */
const web = "test/interop/web/**/*.test.ts"
/** Our own pages in Chromium, with the matrix of permissions, which takes minutes: `npm run test:pages`. */
const pages = ["permissions", "demo", "shim"].map((name) => `test/interop/web/${name}.test.ts`)

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
          exclude: pages,
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
          fileParallelism: false,
          ...limits,
          maxConcurrency: 1
        }
      },
      {
        test: {
          name: "pages",
          include: pages,
          sequence: { groupOrder: 3 },
          maxWorkers: 1,
          fileParallelism: false,
          ...limits,
          maxConcurrency: 1
        }
      }
    ]
  }
})
