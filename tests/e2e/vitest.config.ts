import { defineConfig } from "vitest/config";

// One server and a handful of browsers at a time: two cores are all there is.
export default defineConfig({
  test: {
    include: ["*.e2e.ts"],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 180_000,
    bail: 0,
  },
});
