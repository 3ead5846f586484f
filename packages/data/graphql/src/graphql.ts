import type { Database } from "@ghostchain/database";
import type { Product } from "@ghostchain/product";
import type { Logger, Metrics } from "@ghostchain/service";
import { type GraphQLFormattedError, printSchema } from "graphql";
import { Admission } from "./admission.ts";
import { type BuiltSchema, buildSchema } from "./build-schema.ts";
import { DEFAULT_OPERATION_LIMITS, type OperationLimits } from "./check-operation.ts";
import { GraphqlError } from "./graphql-error.ts";
import { introspect } from "./introspect.ts";
import { createGraphqlMetrics, type GraphqlMetrics } from "./metrics.ts";
import { modelTables } from "./model.ts";
import { type GraphqlRequest, OperationRunner } from "./run-operation.ts";

export interface GraphqlParts {
  /** Started before. */
  readonly database: Database;
  readonly products: readonly Product[];
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface GraphqlOptions {
  /** Whether anyone may ask for the schema, in a query or as SDL. Default true: the tables are public. */
  readonly introspection?: boolean;
  readonly limits?: Partial<OperationLimits>;
  /** Of a whole operation, waiting for its turn included. Default 5 s. */
  readonly timeoutMs?: number;
  /** Operations that run at a time, each with a connection of its own. Default 4. */
  readonly atOnce?: number;
  /** Operations that may wait for that. Default 64. */
  readonly waiting?: number;
}

export interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: { readonly cost: number; readonly costLimit: number };
}

/** Reads of the products' listed tables, each at one moment. Live events are the gateway's. */
export interface Graphql {
  /**
   * @throws {GraphqlError} `GRAPHQL_NOT_READY` or `GRAPHQL_BUSY`; all else is in the answer
   */
  execute(request: GraphqlRequest, signal: AbortSignal): Promise<GraphqlAnswer>;
  /** The schema as text. @throws {GraphqlError} `GRAPHQL_SCHEMA_HIDDEN`, `GRAPHQL_NOT_READY` */
  sdl(): Promise<string>;
}

export function createGraphql(parts: GraphqlParts, options: GraphqlOptions = {}): Graphql {
  return new GraphqlEndpoint(parts, options);
}

const TIMEOUT_MS = 5_000;

class GraphqlEndpoint implements Graphql {
  readonly #parts: GraphqlParts;
  readonly #introspection: boolean;
  readonly #runner: OperationRunner;
  readonly #admission: Admission;
  readonly #metrics: GraphqlMetrics;
  readonly #timeoutMs: number;
  #schema: Promise<BuiltSchema> | undefined;

  constructor(parts: GraphqlParts, options: GraphqlOptions) {
    const { introspection = true, timeoutMs = TIMEOUT_MS, atOnce = 4, waiting = 64 } = options;
    this.#parts = { ...parts, logger: parts.logger.child({ module: "graphql" }) };
    this.#introspection = introspection;
    this.#timeoutMs = timeoutMs;
    this.#admission = new Admission({ atOnce, waiting });
    this.#metrics = createGraphqlMetrics(parts.metrics);
    this.#runner = new OperationRunner(
      { ...this.#parts, onSchemaGone: () => this.#forget() },
      { limits: { ...DEFAULT_OPERATION_LIMITS, ...options.limits }, introspection, timeoutMs },
    );
  }

  async execute(request: GraphqlRequest, signal: AbortSignal): Promise<GraphqlAnswer> {
    const done = this.#metrics.seconds.startTimer();
    const until = AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]);
    try {
      const built = await this.#built();
      const enter = <T>(work: () => Promise<T>) => this.#admission.run(work, until);
      const { answer, outcome } = await this.#runner.run(built, request, until, enter);
      this.#metrics.requests.inc({ outcome });
      if (answer.extensions) this.#metrics.cost.observe(answer.extensions.cost);
      return answer;
    } catch (error) {
      this.#metrics.requests.inc({
        outcome: error instanceof GraphqlError ? "refused" : "failed",
      });
      throw error;
    } finally {
      done();
    }
  }

  async sdl(): Promise<string> {
    if (!this.#introspection)
      throw new GraphqlError(
        { code: "GRAPHQL_SCHEMA_HIDDEN", status: 403 },
        "the schema is not shown here",
      );
    return printSchema((await this.#built()).schema);
  }

  /** Made when first asked for, since the indexer may make the tables after we start. One that failed is tried again. */
  #built(): Promise<BuiltSchema> {
    this.#schema ??= this.#build().catch((error: unknown) => {
      this.#schema = undefined;
      throw error;
    });
    return this.#schema;
  }

  async #build(): Promise<BuiltSchema> {
    const { database, products, logger } = this.#parts;
    try {
      const tables = await introspect(database, products);
      return buildSchema(modelTables(tables));
    } catch (error) {
      if (error instanceof GraphqlError && error.code !== "GRAPHQL_NOT_READY")
        logger.error({ err: error }, "there is no GraphQL schema for these tables");
      throw error;
    }
  }

  /** What is in the database is not what the schema was made of. */
  #forget(): void {
    this.#schema = undefined;
  }
}
