import type { Database } from "@ghostchain/database";
import type { Clock, Logger, Metrics, Service } from "@ghostchain/service";
import { Batcher, type BatchObserver } from "./batcher.ts";
import type { ConnectionSlots, SlotRule } from "./connection-slots.ts";
import { DatabaseStore } from "./database-store.ts";
import { MemoryRateLimit } from "./memory-rate-limit.ts";
import { MemorySlots } from "./memory-slots.ts";
import { createRateLimitMetrics } from "./metrics.ts";
import type { RateAnswer, RateLimit, RateRule } from "./rate-limit.ts";
import { RateLimitError } from "./rate-limit-error.ts";
import { type RedisSettings, RedisStore } from "./redis-store.ts";
import { countTakes, SharedRateLimit, type Take } from "./shared-rate-limit.ts";
import { changeSlots, SharedSlots } from "./shared-slots.ts";
import type { SharedStore, SlotRequest } from "./shared-store.ts";

/** Named budgets and slots. Those of one name are one, in every process that shares the store. */
export interface RateLimits extends Service {
  /** @throws {RateLimitError} `RATE_LIMIT_RULE_INVALID`, `RATE_LIMIT_NAME_TAKEN` */
  budget(name: string, rule: RateRule): RateLimit;
  /** @throws {RateLimitError} `RATE_LIMIT_RULE_INVALID`, `RATE_LIMIT_NAME_TAKEN` */
  slots(name: string, rule: SlotRule): ConnectionSlots;
}

export interface RateLimitsParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Started before; needed where it is the store. */
  readonly database: Database;
}

export interface RateLimitsOptions {
  /** `memory` counts in this process alone: exact only where there is one. */
  readonly store: "memory" | "database" | RedisSettings;
  /** How long a request waits for a shared store. Default 1 s. */
  readonly timeoutMs?: number;
  /** After a failure the store is left alone so long. Default 500 ms. */
  readonly pauseMs?: number;
}

export function createRateLimits(parts: RateLimitsParts, options: RateLimitsOptions): RateLimits {
  const { store } = options;
  if (store === "memory") return createMemoryLimits(parts);
  const logger = parts.logger.child({ module: "rate-limit" });
  const shared =
    store === "database"
      ? new DatabaseStore({ ...parts, logger })
      : new RedisStore({ logger }, store);
  return shareLimits({ ...parts, logger }, options, shared);
}

/** For one process: needs no store, and is always available. */
export function createMemoryLimits({ clock }: { readonly clock: Clock }): RateLimits {
  const names = new Names();
  const keys = 20_000;
  return {
    name: "rate-limit",
    start: async () => {},
    stop: async () => {},
    budget: (name, rule) => names.claim(name, rule, () => new MemoryRateLimit(clock, rule, keys)),
    slots: (name, rule) => names.claim(name, rule, () => new MemorySlots(clock, rule)),
  };
}

function shareLimits(
  { clock, logger, metrics }: RateLimitsParts,
  { timeoutMs = 1_000, pauseMs = 500 }: RateLimitsOptions,
  store: SharedStore,
): RateLimits {
  const observe = observeBatches(logger, metrics, store.where);
  const settings = { where: store.where, timeoutMs, pauseMs };
  const counts = new Batcher<Take, RateAnswer>(
    { clock, observer: observe("count") },
    settings,
    (takes) => countTakes(store, takes),
  );
  const slots = new Batcher<SlotRequest, boolean>(
    { clock, observer: observe("slot") },
    settings,
    (requests) => changeSlots(store, requests),
  );
  const names = new Names();
  return {
    name: "rate-limit",
    start: (signal) => store.start(signal),
    stop: () => store.stop(),
    budget: (name, rule) =>
      names.claim(name, rule, () => new SharedRateLimit({ clock, batcher: counts }, name, rule)),
    slots: (name, rule) => names.claim(name, rule, () => new SharedSlots(slots, name, rule)),
  };
}

/** One line when the store is lost and one when it is back, however many requests there are. */
function observeBatches(
  logger: Logger,
  metrics: Metrics,
  where: string,
): (ask: "count" | "slot") => BatchObserver {
  const { seconds, requests, unavailable } = createRateLimitMetrics(metrics);
  return (ask) => ({
    sent(batch) {
      seconds.observe({ ask }, batch.seconds);
      requests.inc({ ask }, batch.size);
    },
    refused: (count) => unavailable.inc({ ask }, count),
    lost: (error) => logger.error({ err: error, where, ask }, "the rate limit store is lost"),
    found: () => logger.info({ where, ask }, "the rate limit store is back"),
  });
}

/** Who asks for a name again gets the same thing, if the rule is the same. */
class Names {
  readonly #claimed = new Map<string, { readonly rule: string; readonly made: unknown }>();

  claim<T extends RateLimit | ConnectionSlots>(
    name: string,
    rule: RateRule | SlotRule,
    make: () => T,
  ): T {
    requireRule(name, rule);
    const known = this.#claimed.get(name);
    const spelled = JSON.stringify(Object.entries(rule).sort());
    if (known && known.rule !== spelled) {
      throw new RateLimitError(
        { code: "RATE_LIMIT_NAME_TAKEN", name },
        `there is a budget ${name} with another rule: give one of them another name`,
      );
    }
    const made = (known?.made as T | undefined) ?? make();
    this.#claimed.set(name, { rule: spelled, made });
    return made;
  }
}

const NAME = /^[a-z][a-z0-9._-]{0,63}$/;

function requireRule(name: string, rule: RateRule | SlotRule): void {
  const reason = !NAME.test(name)
    ? "a name is a letter and up to 63 of a-z, 0-9, dot, dash and _"
    : Object.entries(rule).some(([key, value]) => !isPositive(key, value))
      ? "a limit is a whole number from 1 to 1,000,000, a time from 12 ms to 30 days"
      : undefined;
  if (reason === undefined) return;
  throw new RateLimitError(
    { code: "RATE_LIMIT_RULE_INVALID", name, reason },
    `the budget ${name} cannot be: ${reason}`,
  );
}

function isPositive(key: string, value: unknown): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  if (key === "limit") return Number.isInteger(value) && value >= 1 && value <= 1_000_000;
  return value >= 12 && value <= 30 * 86_400_000;
}
