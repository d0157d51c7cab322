import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

const pure = ["test/domain/**/*.test.ts", "test/conformance/**/*.test.ts"]

export default defineConfig({
  test: {
    // Far above what anything takes, since CI's machines are slow and busy at times.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: Math.ceil(availableParallelism() * 1.5), // the tests with processes mostly wait for them
    projects: [
      // What has no state outside its tests needs no process of its own for each file.
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: "all else",
          include: ["test/**/*.test.ts"],
          exclude: [...pure, "test/interop/**", "test/gui/**"]
        }
      }
    ]
  }
})
