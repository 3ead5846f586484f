import { createMetrics, createSilentLogger, type Metrics } from "@ghostchain/service";
import { describe, expect, it } from "vitest";
import { createServerDatabase } from "../../src/server-database.ts";
import { createTestServerDatabase } from "../../src/testing/test-server.ts";

const server = await createTestServerDatabase();
if (!server) console.warn("figures of the pool: skipped, no PostgreSQL");

async function poolOf(metrics: Metrics): Promise<Record<string, number>> {
  const lines = (await metrics.metrics()).split("\n");
  const figures = lines.flatMap((line) => {
    const [, name, value] =
      /^database_pool_(?:connections\{state="(?=\w+"))?(size|used|idle|waiting)\S* (\d+)$/.exec(
        line,
      ) ?? [];
    return name === undefined ? [] : [[name, Number(value)]];
  });
  return Object.fromEntries(figures);
}

describe.skipIf(!server)("figures of the pool", () => {
  it("follow what statements do with it", async () => {
    const metrics = createMetrics({ processMetrics: false });
    const deps = { logger: createSilentLogger(), metrics };
    const database = createServerDatabase(deps, { url: server?.url ?? "", poolSize: 2 });
    expect(await poolOf(metrics)).toEqual({ size: 0, used: 0, idle: 0, waiting: 0 });
    await database.start(AbortSignal.timeout(10_000));
    const release = Promise.withResolvers<void>();
    const holding = [1, 2, 3].map(() => database.transaction(() => release.promise));
    await expect.poll(() => poolOf(metrics)).toEqual({ size: 2, used: 2, idle: 0, waiting: 1 });
    release.resolve();
    await Promise.all(holding);
    expect(await poolOf(metrics)).toEqual({ size: 2, used: 0, idle: 2, waiting: 0 });
    await database.stop();
    await server?.drop();
  });
});
