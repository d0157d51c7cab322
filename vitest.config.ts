import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/interop/**", "test/gui/**"],
    testTimeout: 30_000,
    maxWorkers: "100%" // the tests with processes mostly wait for them
  }
})
