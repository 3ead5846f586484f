export { DEFAULT_OPERATION_LIMITS, type OperationLimits } from "./check-operation.ts";
export {
  createGraphql,
  type Graphql,
  type GraphqlAnswer,
  type GraphqlOptions,
  type GraphqlParts,
} from "./graphql.ts";
export { GraphqlError, type GraphqlFault } from "./graphql-error.ts";
export type { GraphqlRequest } from "./run-operation.ts";
