import { type Database, type Migration, migrate } from "@ghostchain/database";

/**
 * Has every process that keeps analytics on this database count everything anew: those that run within a second, others
 * when they start.
 */
export async function requestAnalyticsRebuild(database: Database): Promise<void> {
  await ensureGeneration(database);
  await database.query("UPDATE analytics.state SET generation = generation + 1", []);
}

export async function ensureGeneration(database: Database): Promise<void> {
  await database.transaction((sql) => migrate(sql, "analytics", MIGRATIONS));
}

export async function readGeneration(database: Database): Promise<number> {
  const [state] = await database.query<{ generation: bigint }>(
    "SELECT generation FROM analytics.state",
    [],
  );
  return Number(state?.generation ?? 0n);
}

const MIGRATIONS: readonly Migration[] = [
  {
    id: "001-generation",
    sql: `
      -- One line: counts up with each rebuild that is asked for.
      CREATE TABLE state (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        generation bigint NOT NULL
      );
      INSERT INTO state (generation) VALUES (0);
    `,
  },
];
