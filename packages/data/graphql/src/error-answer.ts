import { DatabaseError, sqlStateOf } from "@ghostchain/database";
import { CodedError } from "@ghostchain/service";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { GraphqlError, type GraphqlFault } from "./graphql-error.ts";

/** What went wrong, as clients are told it. What is not their doing tells nothing; SQL is never in it. */
export function describeError(error: GraphQLError): GraphQLFormattedError & { failed: boolean } {
  const { originalError: cause } = error;
  const { locations, path } = error.toJSON();
  const where = { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
  // what GraphQL itself found: in the text, or in a value that a scalar does not take
  if (cause === undefined || cause instanceof GraphQLError) {
    const code = error.extensions.code ?? "GRAPHQL_VALIDATION_FAILED";
    return { message: error.message, ...where, extensions: { code }, failed: false };
  }
  const { code, message, failed } = explain(cause);
  return { message, ...where, extensions: { code }, failed };
}

/** @param code of our own, for what GraphQL's own parts found */
export function withCode(error: GraphQLError, code: GraphqlFault["code"]): GraphQLError {
  const { nodes, source, positions, path } = error;
  return new GraphQLError(error.message, {
    ...{ source, positions, path, extensions: { code } },
    nodes: nodes ?? null,
  });
}

interface Explained {
  readonly code: GraphqlFault["code"];
  readonly message: string;
  /** By our doing. */
  readonly failed: boolean;
}

function explain(cause: unknown): Explained {
  if (cause instanceof GraphqlError)
    return { code: cause.code, message: cause.message, failed: false };
  // a statement after one that failed tells of that one
  const inner =
    cause instanceof CodedError && cause.cause instanceof CodedError ? cause.cause : cause;
  const state = sqlStateOf(inner) ?? "";
  if (state === CANCELED || state === IDLE_TOO_LONG || isTimeout(inner))
    return {
      code: "GRAPHQL_TIMEOUT",
      message: "this took too long: ask for less, or filter and order by what has an index",
      failed: false,
    };
  if (state.startsWith(DATA_EXCEPTION))
    return {
      code: "GRAPHQL_VALUE_INVALID",
      message: "a value in the operation is beyond what its column holds",
      failed: false,
    };
  if (state === IN_FAILED)
    return {
      code: "GRAPHQL_UNAVAILABLE",
      message: "not read, because another part of the operation failed",
      failed: false,
    };
  if (inner instanceof DatabaseError && UNAVAILABLE.has(inner.code))
    return {
      code: "GRAPHQL_UNAVAILABLE",
      message: "the database cannot be asked just now",
      failed: true,
    };
  return { code: "GRAPHQL_INTERNAL", message: "something broke here", failed: true };
}

const DATA_EXCEPTION = "22";
const CANCELED = "57014";
const IDLE_TOO_LONG = "25P03";
const IN_FAILED = "25P02";
const UNAVAILABLE: ReadonlySet<string> = new Set(["DATABASE_UNREACHABLE", "DATABASE_BUSY"]);
/** Tables or columns that were there when the schema was made. */
const GONE: ReadonlySet<string> = new Set(["42P01", "42703", "3F000", "42704", "42883"]);

export function isSchemaGone(error: unknown): boolean {
  return GONE.has(sqlStateOf(error) ?? "");
}

export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
