/**
 * What counting a request costs, by store: one at a time, and as many as come.
 *
 * Workload: 1,000 users in turn, each far within its budget. First one take after the other for 2 s:
 * the latency added to a lone request. Then 256 takes always under way for 4 s, as from 256 clients: takes a second, and
 * the latency of each. Best of three, for a machine that does other things too. Needs PostgreSQL (`TEST_DATABASE_URL`) and Redis
 * (`TEST_REDIS_URL`) where they are not on their usual ports.
 * Expected on two shared cores: memory above 500k takes/s; Redis above 50k and PostgreSQL above 10k, with less than 1 ms for a lone one.
 */
import { createServerDatabase } from "@ghostchain/database";
import { createTestServerDatabase } from "@ghostchain/database/testing";
import {
  createRateLimits,
  type RateLimit,
  type RateLimits,
  type RateLimitsOptions,
} from "@ghostchain/rate-limit";
import { createMetrics, createSilentLogger, systemClock } from "@ghostchain/service";

const USERS = 1_000;
const ROUNDS = 3;
const ALONE_MS = 2_000;
const LOAD_MS = 4_000;
const CLIENTS = 256;
const signal = new AbortController().signal;
const logger = createSilentLogger();

const server = await createTestServerDatabase();
if (!server) throw new Error("no PostgreSQL server: set TEST_DATABASE_URL");
const database = createServerDatabase({ logger }, { url: server.url });
await database.start(signal);
const redisUrl = process.env.TEST_REDIS_URL ?? "redis://127.0.0.1:6379";
const prefix = `ghost-bench-${process.pid}:`;

await measure("memory", "memory");
await measure("PostgreSQL", "database");
await measure("Redis", { redisUrl, prefix });
await database.stop();
await server.drop();

async function measure(name: string, store: RateLimitsOptions["store"]): Promise<void> {
  const metrics = createMetrics({ processMetrics: false });
  const limits = createRateLimits({ database, logger, metrics, clock: systemClock }, { store });
  await limits.start(signal);
  const alone: number[][] = [];
  const loaded: { takesPerSecond: number; latenciesMs: number[] }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    alone.push(await takeAlone(budgetOf(limits, `alone-${round}`)));
    loaded.push(await takeTogether(budgetOf(limits, `together-${round}`)));
  }
  await limits.stop();
  const best = loaded.toSorted((a, b) => b.takesPerSecond - a.takesPerSecond)[0];
  const lone = alone.toSorted((a, b) => quantile(a, 0.5) - quantile(b, 0.5))[0] ?? [];
  console.log(
    `${name.padEnd(10)} alone p50 ${us(quantile(lone, 0.5))}, p99 ${us(quantile(lone, 0.99))}; ` +
      `${CLIENTS} at once: ${Math.round(best?.takesPerSecond ?? 0).toLocaleString("en")} takes/s, ` +
      `p50 ${us(quantile(best?.latenciesMs ?? [], 0.5))}, p99 ${us(quantile(best?.latenciesMs ?? [], 0.99))}`,
  );
}

function budgetOf(limits: RateLimits, name: string): RateLimit {
  return limits.budget(name, { limit: 1_000_000, windowMs: 60_000 });
}

async function takeAlone(budget: RateLimit): Promise<number[]> {
  const latenciesMs: number[] = [];
  const untilMs = performance.now() + ALONE_MS;
  for (let turn = 0; performance.now() < untilMs; turn += 1) {
    latenciesMs.push(await timed(budget, turn));
    if (turn % 64 === 0) await new Promise(setImmediate);
  }
  return latenciesMs;
}

async function takeTogether(
  budget: RateLimit,
): Promise<{ takesPerSecond: number; latenciesMs: number[] }> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  let turn = 0;
  const client = async () => {
    while (performance.now() - startedMs < LOAD_MS) {
      turn += 1;
      latenciesMs.push(await timed(budget, turn));
      if (turn % 64 === 0) await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return { takesPerSecond: (turn / (performance.now() - startedMs)) * 1000, latenciesMs };
}

async function timed(budget: RateLimit, turn: number): Promise<number> {
  const startedMs = performance.now();
  await budget.take(`0x${(turn % USERS).toString(16).padStart(40, "0")}`);
  return performance.now() - startedMs;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function us(ms: number): string {
  return ms >= 1 ? `${ms.toFixed(1)} ms` : `${Math.round(ms * 1000)} µs`;
}
