import { isIPv6 } from "node:net";
import type { RouteLimit } from "@ghostchain/product";
import {
  type RateAnswer,
  type RateLimit,
  RateLimitError,
  type RateLimits,
} from "@ghostchain/rate-limit";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";

export interface RequestLimits {
  /** Requests a minute of one address that is not logged in. */
  readonly anonymousPerMinute: number;
  /** Requests a minute of one user. */
  readonly userPerMinute: number;
  /** Logins tried a minute from one address: each costs a signature check of 3 ms. */
  readonly loginsPerMinute: number;
}

export const DEFAULT_REQUEST_LIMITS: RequestLimits = {
  anonymousPerMinute: 100,
  userPerMinute: 1_000,
  loginsPerMinute: 20,
};

/** For an API that only its own machine reaches: room for several open pages and a script, yet an end. */
export const LOOPBACK_REQUEST_LIMITS: RequestLimits = {
  anonymousPerMinute: 6_000,
  userPerMinute: 6_000,
  loginsPerMinute: 600,
};

/** Some requests in any of some time, for each who sends them. */
export interface Budget {
  readonly rateLimit: RateLimit;
  readonly windowMs: number;
}

/**
 * Counts requests by who sends them, and refuses those beyond their budget. While the store of budgets cannot be
 * asked, what writes is refused and what reads is answered.
 */
export class RequestLimiter {
  readonly #rateLimits: Pick<RateLimits, "budget">;
  readonly #byAddress: Budget;
  readonly #byUser: Budget;
  readonly #logins: Budget;

  constructor(rateLimits: Pick<RateLimits, "budget">, limits: RequestLimits) {
    this.#rateLimits = rateLimits;
    const perMinute = (budget: string, limit: number) =>
      this.budgetOf({ budget, limit, windowMs: 60_000 });
    this.#byAddress = perMinute("api.anonymous", limits.anonymousPerMinute);
    this.#byUser = perMinute("api.user", limits.userPerMinute);
    this.#logins = perMinute("api.login", limits.loginsPerMinute);
  }

  /** @throws {RateLimitError} `RATE_LIMIT_RULE_INVALID`, `RATE_LIMIT_NAME_TAKEN` */
  budgetOf({ budget, limit, windowMs }: RouteLimit): Budget {
    return { rateLimit: this.#rateLimits.budget(budget, { limit, windowMs }), windowMs };
  }

  /** @throws {ApiError} `RATE_LIMITED`, `RATE_LIMIT_UNAVAILABLE` */
  async check(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { access, budget } = request.routeOptions.config;
    const { session } = request.caller;
    const usual = session
      ? { budget: this.#byUser, key: session.address }
      : { budget: this.#byAddress, key: networkOf(request.ip) };
    const narrower: Taking[] = [];
    if (budget) narrower.push({ ...usual, budget });
    if (access?.budget === "login") {
      narrower.push({ budget: this.#logins, key: networkOf(request.ip) });
    }
    try {
      if (narrower.length === 0) apply(await take(usual), usual.budget, reply);
      else await takeAll([usual, ...narrower], reply);
    } catch (error) {
      if (!(error instanceof RateLimitError)) throw error;
      if (request.method === "GET" || request.method === "HEAD") return;
      const message = "requests cannot be counted just now, so nothing is written: try again soon";
      throw new ApiError({ code: "RATE_LIMIT_UNAVAILABLE", status: 503 }, message);
    }
  }
}

interface Taking {
  readonly budget: Budget;
  readonly key: string;
}

function take({ budget, key }: Taking): Promise<RateAnswer> {
  return budget.rateLimit.take(key);
}

/** Side by side: a store that is shared is asked once. */
async function takeAll(all: readonly Taking[], reply: FastifyReply): Promise<void> {
  const taken = await Promise.all(
    all.map(async (one) => ({ budget: one.budget, answer: await take(one) })),
  );
  for (const { budget, answer } of taken) apply(answer, budget, reply);
}

/** The headers tell of the narrowest budget, which comes last. */
function apply(answer: RateAnswer, { windowMs }: Budget, reply: FastifyReply): void {
  reply.header("ratelimit-limit", answer.limit).header("ratelimit-remaining", answer.remaining);
  if (answer.allowed) return;
  const retryAfterSeconds = Math.ceil(answer.retryAfterMs / 1000);
  reply.header("retry-after", retryAfterSeconds);
  throw new ApiError(
    { code: "RATE_LIMITED", status: 429, retryAfterSeconds },
    `more than ${answer.limit} requests in ${windowMs / 1000} s: wait ${retryAfterSeconds} s`,
  );
}

/** Whoever has one IPv6 address has the 2^64 beside it. */
export function networkOf(ip: string): string {
  if (!ip.includes(":") || !isIPv6(ip)) return ip;
  if (ip.startsWith("::ffff:")) return ip.slice("::ffff:".length);
  const [head = "", tail] = ip.split("::");
  const groups = head === "" ? [] : head.split(":");
  const behind = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - behind.length;
  return [...groups, ...Array(zeros).fill("0"), ...behind].slice(0, 4).join(":");
}
