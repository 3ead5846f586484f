import type { Sql } from "@ghostchain/database";
import type { RowLoader } from "./row-loader.ts";

/** What resolvers of one operation share: one transaction, so one moment. */
export interface OperationContext {
  readonly sql: Sql;
  readonly loader: RowLoader;
}
