import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/interop/**", "test/gui/**"],
    // Far above what anything takes, since CI's machines are slow and busy at times.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: "100%" // the tests with processes mostly wait for them
  }
})
