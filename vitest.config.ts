import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

/** What runs in processes, or looks at its own: at what is open there, and how much memory it takes. */
const processes = ["test/adapters/**/*.test.ts", "test/e2e/**/*.test.ts"]

export default defineConfig({
  test: {
    // Far above what anything takes, since CI's machines are slow and busy at times.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: Math.ceil(availableParallelism() * 1.5), // the tests with processes mostly wait for them
    unstubGlobals: true,
    projects: [
      // To load everything anew for each file takes as long as these tests; none leaves anything behind for the next.
      {
        extends: true,
        test: {
          name: "pure",
          include: ["test/**/*.test.ts"],
          exclude: [...processes, "test/interop/**", "test/gui/**"],
          isolate: false
        }
      },
      { extends: true, test: { name: "processes", include: processes } }
    ]
  }
})
