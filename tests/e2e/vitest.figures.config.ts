import { defineConfig } from "vitest/config";

// Measurements, not tests: tests/run figures prints them. Nothing here fails because a machine is slow.
export default defineConfig({
  test: {
    include: ["*.figures.ts"],
    fileParallelism: false,
    testTimeout: 1_200_000,
    hookTimeout: 120_000,
    disableConsoleIntercept: true,
  },
});
