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

/** Parts that have a schema are parsed by it. */
export interface RouteRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Who is logged in. */
  readonly user: Address | undefined;
}

export interface RouteContext {
  readonly database: Database;
  readonly clock: Clock;
}
