import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // most tests wait for databases and sockets most of the time
    maxWorkers: Math.max(2, availableParallelism()),
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "packages/*/*/{src,test}/**/*.test.ts",
            "apps/ghost/{src,test}/**/*.test.ts",
            "contracts/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", "**/dist/**", "**/test/vectors/**"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: "tools", include: ["tools/**/*.test.ts"] } },
      {
        test: {
          name: "vectors",
          include: ["packages/*/*/test/vectors/**/*.test.ts"],
          testTimeout: 1_800_000,
        },
      },
      {
        test: {
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
