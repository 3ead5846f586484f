import pg from "pg";

const DEFAULT_URLS = [
  "postgres://root@127.0.0.1:5432/test",
  "postgres://postgres@127.0.0.1:5432/test",
];
const PROBE_TIMEOUT_MS = 2_000;

/** A database of its own on a PostgreSQL server that is there for tests. */
export interface TestServerDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * Makes a temporary database on the server of `TEST_DATABASE_URL`, or of the usual port.
 *
 * @returns undefined where no server answers and none was asked for; in CI that is an error
 */
export async function createTestServerDatabase(): Promise<TestServerDatabase | undefined> {
  const asked = process.env.TEST_DATABASE_URL;
  for (const url of asked === undefined ? DEFAULT_URLS : [asked]) {
    const made = await tryCreate(url, asked !== undefined);
    if (made) return made;
  }
  if (process.env.CI) throw new Error("no PostgreSQL server for tests: set TEST_DATABASE_URL");
  return undefined;
}

async function tryCreate(url: string, required: boolean): Promise<TestServerDatabase | undefined> {
  const name = `ghost_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  try {
    await onServer(url, `CREATE DATABASE ${name}`);
  } catch (error) {
    if (required) throw error;
    return undefined;
  }
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    drop: () => onServer(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}
