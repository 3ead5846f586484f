import { createServerDatabase, type Database } from "@ghostchain/database";
import { createMetrics, createSilentLogger, systemClock } from "@ghostchain/service";
import {
  createRateLimits,
  type RateLimits,
  type RateLimitsOptions,
  type RateLimitsParts,
} from "../../src/rate-limits.ts";

const { signal } = new AbortController();

/** A `Database` where none is needed. */
export const noDatabase = new Proxy(
  {},
  {
    get(_, name) {
      throw new Error(`nobody should ask the database for ${String(name)}`);
    },
  },
) as Database;

export async function startLimits(
  options: RateLimitsOptions,
  changed: Partial<RateLimitsParts> = {},
): Promise<RateLimits> {
  const limits = createRateLimits(
    {
      clock: systemClock,
      logger: createSilentLogger(),
      metrics: createMetrics({ processMetrics: false }),
      database: noDatabase,
      ...changed,
    },
    options,
  );
  await limits.start(signal);
  return limits;
}

export async function startDatabase(url: string): Promise<Database> {
  const database = createServerDatabase({ logger: createSilentLogger() }, { url });
  await database.start(signal);
  return database;
}

/** Keys of one run, on a server that others use too. */
export function freshPrefix(): string {
  return `ghost-test-${process.pid}-${Math.random().toString(36).slice(2)}:`;
}
