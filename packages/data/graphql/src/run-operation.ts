import type { Database, Sql } from "@ghostchain/database";
import type { Logger } from "@ghostchain/service";
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import type { BuiltSchema } from "./build-schema.ts";
import { checkShape, costOf, type Fragments, type OperationLimits } from "./check-operation.ts";
import { describeError, isSchemaGone, isTimeout, withCode } from "./error-answer.ts";
import type { GraphqlAnswer } from "./graphql.ts";
import { GraphqlError, type GraphqlFault } from "./graphql-error.ts";
import type { Outcome } from "./metrics.ts";
import type { OperationContext } from "./operation-context.ts";
import { RowLoader } from "./row-loader.ts";

export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
}

interface RunnerParts {
  readonly database: Pick<Database, "transaction">;
  readonly logger: Logger;
  readonly onSchemaGone: () => void;
}

interface RunnerOptions {
  readonly limits: OperationLimits;
  readonly introspection: boolean;
  readonly timeoutMs: number;
}

/** An operation that may run. */
interface Prepared {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly cost: number;
}

const TOKENS_MAX = 4_000;
const ERRORS_MAX = 10;

type Enter = <T>(work: () => Promise<T>) => Promise<T>;

/** One operation from its text to its answer. */
export class OperationRunner {
  readonly #parts: RunnerParts;
  readonly #options: RunnerOptions;

  constructor(parts: RunnerParts, options: RunnerOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** @param enter waits for the operation's turn, once it is known to be allowed */
  async run(
    built: BuiltSchema,
    request: GraphqlRequest,
    signal: AbortSignal,
    enter: Enter,
  ): Promise<{ answer: GraphqlAnswer; outcome: Outcome }> {
    let prepared: Prepared;
    try {
      prepared = this.#prepare(built, request);
    } catch (error) {
      return { answer: { errors: errorsOf(error).map(describe) }, outcome: "refused" };
    }
    const result = await this.#execute(built, prepared, signal, enter);
    const { errors = [], data } = result;
    for (const { originalError } of errors) if (isSchemaGone(originalError)) this.#forget();
    const failed = errors.filter((error) => describeError(error).failed);
    for (const error of failed)
      this.#parts.logger.error({ err: error.originalError ?? error }, "a GraphQL field failed");
    const { cost } = prepared;
    const answer = {
      ...(data === undefined ? {} : { data }),
      ...(errors.length > 0 ? { errors: errors.map(describe) } : {}),
      extensions: { cost, costLimit: this.#options.limits.cost },
    };
    return { answer, outcome: failed.length > 0 ? "failed" : errors.length > 0 ? "refused" : "ok" };
  }

  #forget(): void {
    this.#parts.onSchemaGone();
  }

  #prepare(built: BuiltSchema, { query, variables = {}, operationName }: GraphqlRequest): Prepared {
    const { limits, introspection } = this.#options;
    if (query.length > limits.queryChars)
      throw new GraphqlError(
        { code: "GRAPHQL_TOO_LARGE", limit: limits.queryChars },
        `the query is longer than ${limits.queryChars} characters: pass values as variables`,
      );
    const document = readDocument(query);
    const fragments: Fragments = new Map(
      document.definitions.flatMap((part) =>
        part.kind === Kind.FRAGMENT_DEFINITION ? [[part.name.value, part]] : [],
      ),
    );
    for (const part of document.definitions)
      if (part.kind === Kind.OPERATION_DEFINITION) checkShape(part, fragments, limits);
    const operation = requireQuery(document, operationName);
    const rules = [...specifiedRules, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
    // a hint at a name is a look at the schema
    const options = { maxErrors: ERRORS_MAX, hideSuggestions: !introspection };
    const invalid = validate(built.schema, document, rules, options);
    if (invalid.length > 0) throw new Refused(invalid, "GRAPHQL_VALIDATION_FAILED");
    const coerced = getVariableValues(
      built.schema,
      operation.variableDefinitions ?? [],
      variables,
      {
        maxErrors: ERRORS_MAX,
      },
    );
    if (coerced.errors) throw new Refused(coerced.errors, "GRAPHQL_VARIABLES_INVALID");
    const cost = costOf(built, operation, fragments, coerced.coerced);
    if (cost > limits.cost)
      throw new GraphqlError(
        { code: "GRAPHQL_TOO_COSTLY", cost, limit: limits.cost },
        `the operation could cost ${cost} of ${limits.cost}: ask for fewer fields or smaller pages, and filter and order by what has an index`,
      );
    return { document, operationName, variables, cost };
  }

  /** In one transaction that reads one moment and can write nothing. */
  async #execute(
    { schema }: BuiltSchema,
    { document, operationName, variables }: Prepared,
    signal: AbortSignal,
    enter: Enter,
  ): Promise<ExecutionResult> {
    let result: ExecutionResult | undefined;
    try {
      await enter(() =>
        this.#parts.database.transaction(async (sql) => {
          await beginReading(sql, this.#options.timeoutMs);
          const loader = new RowLoader(sql, () => {
            if (signal.aborted) throw endedBy(signal);
          });
          const contextValue: OperationContext = { sql, loader };
          result = await execute({
            ...{ schema, document, contextValue, variableValues: variables },
            operationName: operationName ?? null,
          });
        }),
      );
    } catch (error) {
      if (error instanceof GraphqlError && "status" in error.fault) throw error;
      if (signal.aborted) return { errors: [wrapped(endedBy(signal))] };
      // a read that failed spoils the transaction, not what was read before it
      if (result === undefined) return { errors: [wrapped(error)] };
    }
    return result ?? { errors: [] };
  }
}

function endedBy(signal: AbortSignal): unknown {
  if (isTimeout(signal.reason)) return signal.reason;
  return new GraphqlError({ code: "GRAPHQL_ABANDONED" }, "nobody waits for this any more");
}

/** Several statements at once; how values are written does not depend on how the server is set up. */
async function beginReading(sql: Sql, timeoutMs: number): Promise<void> {
  await Promise.all([
    sql.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", []),
    sql.query(
      `SELECT set_config('statement_timeout', $1, true), set_config('TimeZone', 'UTC', true),
         set_config('DateStyle', 'ISO, YMD', true), set_config('bytea_output', 'hex', true),
         set_config('extra_float_digits', '1', true), set_config('IntervalStyle', 'iso_8601', true)`,
      [timeoutMs],
    ),
  ]);
}

function readDocument(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: TOKENS_MAX, noLocation: false });
  } catch (error) {
    if (error instanceof GraphQLError) throw new Refused([error], "GRAPHQL_PARSE_FAILED");
    // nested so deep that the parser gives up
    throw new GraphqlError({ code: "GRAPHQL_PARSE_FAILED" }, "the query cannot be read");
  }
}

function requireQuery(
  document: DocumentNode,
  operationName: string | undefined,
): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (!operation)
    throw new GraphqlError(
      { code: "GRAPHQL_OPERATION_UNKNOWN" },
      operationName === undefined
        ? "there is not one operation, so operationName must say which"
        : "there is no operation of that operationName",
    );
  if (operation.operation !== "query")
    throw new GraphqlError(
      { code: "GRAPHQL_OPERATION_UNSUPPORTED" },
      operation.operation === "subscription"
        ? "live events come over the gateway's WebSocket: see gatewayUrl of GET /network"
        : "nothing is written by GraphQL: see the routes at /docs",
    );
  return operation;
}

/** What GraphQL's own parts found. */
class Refused extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[], code: GraphqlFault["code"]) {
    super(code);
    this.errors = errors.map((error) => withCode(error, code));
  }
}

function errorsOf(error: unknown): readonly GraphQLError[] {
  return error instanceof Refused ? error.errors : [wrapped(error)];
}

function wrapped(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

function describe(error: GraphQLError) {
  const { failed: _, ...described } = describeError(error);
  return described;
}
