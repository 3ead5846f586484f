import type { Database } from "@ghostchain/database";
import type { Clock } from "@ghostchain/service";
import type { Address } from "viem";
import type { z } from "zod";

/** One HTTP endpoint, as data: the API mounts it, validates by its schemas and documents it in OpenAPI. */
export interface ProductRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `/users/:address` */
  readonly path: string;
  readonly summary: string;
  /** What the summary leaves out, as Markdown. */
  readonly description?: string;
  /** What it refuses by itself, for the documentation: what every route refuses goes without saying. */
  readonly refusals?: readonly RouteRefusal[];
  readonly auth: "none" | "required";
  /** Beside the budget that all routes share. */
  readonly limit?: RouteLimit;
  /** Of a GET that is the same for everyone: answers are kept until what they were read from changes. */
  readonly cache?: RouteCache;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Of the 200 answer. */
  readonly response: z.ZodType;
  handle(request: RouteRequest, context: RouteContext): Promise<unknown>;
}

export interface RouteRefusal {
  readonly status: number;
  readonly code: string;
  /** When, in a few words. */
  readonly when: string;
}

/**
 * At most `limit` requests of a user, or of an address that is not logged in, in any `windowMs`; each counts, also one
 * that is then refused. Routes that name one budget share it, and must give it the same rule.
 */
export interface RouteLimit {
  /** Within the product: a letter and some of a-z, 0-9, dot, dash and _. */
  readonly budget: string;
  readonly limit: number;
  readonly windowMs: number;
}

/**
 * When an answer that was kept is read anew: once the indexer has written a block, and for what else is named here.
 * A request never gets an answer that was older than that when it arrived, whichever process wrote.
 */
export interface RouteCache {
  /**
   * For an answer that is read from tables which the indexer does not write: a SELECT of one value that every
   * transaction changes which writes to them, as `SELECT version FROM shop.settings`.
   */
  readonly version?: string;
  /** For an answer that changes with time, too: it is kept no longer. */
  readonly maxAgeMs?: number;
}

/** Parts that have a schema are parsed by it. */
export interface RouteRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Who is logged in; nobody, as far as a route with a `cache` is told. */
  readonly user: Address | undefined;
}

export interface RouteContext {
  readonly database: Database;
  readonly clock: Clock;
}
