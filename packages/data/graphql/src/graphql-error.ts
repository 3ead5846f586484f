import { CodedError } from "@ghostchain/service";

/** What is refused. The code is in `extensions.code` of the GraphQL error that clients get. */
export type GraphqlFault =
  | { code: "GRAPHQL_TOO_LARGE"; limit: number }
  | { code: "GRAPHQL_PARSE_FAILED" }
  | { code: "GRAPHQL_VALIDATION_FAILED" }
  | { code: "GRAPHQL_OPERATION_UNKNOWN" }
  | { code: "GRAPHQL_OPERATION_UNSUPPORTED" }
  | { code: "GRAPHQL_VARIABLES_INVALID" }
  | { code: "GRAPHQL_TOO_DEEP"; limit: number }
  | { code: "GRAPHQL_TOO_MANY_FIELDS"; limit: number }
  | { code: "GRAPHQL_TOO_MANY_ALIASES"; limit: number }
  | { code: "GRAPHQL_TOO_COSTLY"; cost: number; limit: number }
  | { code: "GRAPHQL_ARGUMENT_INVALID"; argument: string }
  | { code: "GRAPHQL_CURSOR_INVALID" }
  | { code: "GRAPHQL_VALUE_INVALID" }
  | { code: "GRAPHQL_TIMEOUT" }
  /** Nobody waits for the answer any more. */
  | { code: "GRAPHQL_ABANDONED" }
  /** Too many operations at a time: `status` is that of the HTTP answer. */
  | { code: "GRAPHQL_BUSY"; status: 503 }
  /** The products' tables are not there yet. */
  | { code: "GRAPHQL_NOT_READY"; status: 503 }
  | { code: "GRAPHQL_SCHEMA_HIDDEN"; status: 403 }
  | { code: "GRAPHQL_UNAVAILABLE" }
  | { code: "GRAPHQL_INTERNAL" }
  /** At the start: two tables or columns would have one name, or a table has no key. */
  | { code: "GRAPHQL_NAME_TAKEN"; name: string; owners: string[] }
  | { code: "GRAPHQL_KEY_MISSING"; table: string };

export class GraphqlError extends CodedError<GraphqlFault> {}
