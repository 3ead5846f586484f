import { isIPv6 } from "node:net";
import type { Clock } from "@ghostchain/service";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";
import { MemoryRateLimit, type RateLimit } from "./rate-limit.ts";

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

/** Counts requests by who sends them, and refuses those beyond their budget. */
export class RequestLimiter {
  readonly #clock: Clock;
  readonly #byAddress: RateLimit;
  readonly #byUser: RateLimit;
  readonly #logins: RateLimit;

  constructor(clock: Clock, limits: RequestLimits) {
    this.#clock = clock;
    const rule = (limit: number) => ({ limit, windowMs: 60_000, keys: 20_000 });
    this.#byAddress = new MemoryRateLimit(rule(limits.anonymousPerMinute));
    this.#byUser = new MemoryRateLimit(rule(limits.userPerMinute));
    this.#logins = new MemoryRateLimit(rule(limits.loginsPerMinute));
  }

  /** @throws {ApiError} `RATE_LIMITED` */
  async check(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { session } = request.caller;
    const network = networkOf(request.ip);
    const nowMs = this.#clock.now();
    if (request.routeOptions.config.access?.budget === "login") {
      await this.#take(this.#logins, network, nowMs, reply);
    }
    if (session) await this.#take(this.#byUser, session.address, nowMs, reply);
    else await this.#take(this.#byAddress, network, nowMs, reply);
  }

  async #take(limit: RateLimit, key: string, nowMs: number, reply: FastifyReply): Promise<void> {
    const answer = await limit.take(key, nowMs);
    reply.header("ratelimit-limit", answer.limit).header("ratelimit-remaining", answer.remaining);
    if (answer.allowed) return;
    const retryAfterSeconds = Math.ceil(answer.retryAfterMs / 1000);
    reply.header("retry-after", retryAfterSeconds);
    throw new ApiError(
      { code: "RATE_LIMITED", status: 429, retryAfterSeconds },
      `more than ${answer.limit} requests in a minute: wait ${retryAfterSeconds} s`,
    );
  }
}

/** Whoever has one IPv6 address has the 2^64 beside it. */
function networkOf(ip: string): string {
  if (!isIPv6(ip)) return ip;
  if (ip.startsWith("::ffff:")) return ip.slice("::ffff:".length);
  const [head = "", tail] = ip.split("::");
  const groups = head === "" ? [] : head.split(":");
  const behind = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - behind.length;
  return [...groups, ...Array(zeros).fill("0"), ...behind].slice(0, 4).join(":");
}
