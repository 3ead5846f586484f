export type { Database, Lease, Row, Sql, SqlValue } from "./database.ts";
