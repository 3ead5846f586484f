import { type Database, type Migration, migrate } from "@ghostchain/database";
import type { NonceStore } from "./nonce-store.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    id: "001-nonces",
    sql: `
      CREATE TABLE nonces (
        keyid TEXT NOT NULL,
        nonce TEXT NOT NULL,
        expires_at TIMESTAMPTZ NOT NULL,
        PRIMARY KEY (keyid, nonce)
      );
      CREATE INDEX nonces_expires_at ON nonces (expires_at);`,
  },
];

/** Rows past their time that one insert takes away: more than it adds, so the table stays small. */
const SWEEP = 4;

/** For several processes: of two that show the same nonce at once, the database lets one in. */
export async function createDatabaseNonceStore(database: Database): Promise<NonceStore> {
  await database.transaction((sql) => migrate(sql, "http_signature", MIGRATIONS));
  return {
    async spend(keyid, nonce, expiresAtMs, nowMs) {
      const rows = await database.query(
        `WITH expired AS (DELETE FROM http_signature.nonces WHERE (keyid, nonce) IN
           (SELECT keyid, nonce FROM http_signature.nonces WHERE expires_at <= $4
            LIMIT ${SWEEP} FOR UPDATE SKIP LOCKED))
         INSERT INTO http_signature.nonces AS known (keyid, nonce, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (keyid, nonce) DO NOTHING RETURNING nonce`,
        [keyid, nonce, new Date(expiresAtMs), new Date(nowMs)],
      );
      return rows.length === 1;
    },
  };
}
