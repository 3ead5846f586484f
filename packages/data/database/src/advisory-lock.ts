import pg from "pg";
import type { Lease } from "./database.ts";
import { sqlStateOf } from "./database-error.ts";
import { toDatabaseError } from "./pg-errors.ts";

const LOCK = "SELECT pg_advisory_lock(hashtextextended($1, 0))";
/** A wait for the lock is this long at most, then begins anew: so a caller that gives up is heard. */
const WAIT_SLICE_MS = 250;
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * A session advisory lock on a connection of its own: PostgreSQL gives it up when that connection ends,
 * whatever happened to this process.
 */
export async function advisoryLock(
  config: pg.ClientConfig,
  where: string,
  name: string,
  signal: AbortSignal,
): Promise<Lease> {
  signal.throwIfAborted();
  const client = new pg.Client({
    ...config,
    keepAlive: true,
    lock_timeout: WAIT_SLICE_MS,
    statement_timeout: 0,
  });
  const lost = new AbortController();
  client.on("error", () => lost.abort());
  client.on("end", () => lost.abort());
  try {
    await client.connect();
    while (!(await tryLock(client, where, name))) signal.throwIfAborted();
    signal.throwIfAborted();
  } catch (error) {
    await client.end();
    throw toDatabaseError(error, where, LOCK);
  }
  return { lost: lost.signal, release: () => client.end() };
}

async function tryLock(client: pg.Client, where: string, name: string): Promise<boolean> {
  try {
    await client.query(LOCK, [name]);
    return true;
  } catch (error) {
    const failure = toDatabaseError(error, where, LOCK);
    if (sqlStateOf(failure) === LOCK_NOT_AVAILABLE) return false;
    throw failure;
  }
}
