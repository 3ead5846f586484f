export { type BackupSize, backupDatabase } from "./backup/backup-database.ts";
export { restoreDatabase } from "./backup/restore-database.ts";
export { createDatabase, type DatabaseSettings } from "./create-database.ts";
export type { Database, Lease, QueryOptions, Row, Sql, SqlValue } from "./database.ts";
export { DatabaseError, type DatabaseFault, sqlStateOf } from "./database-error.ts";
export {
  createEmbeddedDatabase,
  type EmbeddedSettings,
  reachEmbeddedDatabase,
} from "./embedded-database.ts";
export { type Migration, migrate } from "./migrate.ts";
export { createPgliteDatabase, type PgliteSettings } from "./pglite-database.ts";
export { createServerDatabase, type ServerSettings } from "./server-database.ts";
export { toSqlText } from "./values.ts";
