import { Redis } from "ioredis";
import pg from "pg";

/** The servers that tests may use. */
export const servers = {
  databaseUrl: process.env.TEST_DATABASE_URL ?? "postgres://root@127.0.0.1:5432/postgres",
  redisUrl: process.env.TEST_REDIS_URL ?? "redis://127.0.0.1:6379",
};

export async function serversAnswer(): Promise<boolean> {
  const redis = new Redis(servers.redisUrl, { lazyConnect: true, maxRetriesPerRequest: 0 });
  redis.on("error", () => {});
  try {
    await administer("SELECT 1");
    await redis.connect();
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

let created = 0;

/** An empty database of its own on the PostgreSQL server. */
export async function createServerDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  created += 1;
  const name = `ghost_e2e_${process.pid}_${created}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(servers.databaseUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function administer(statement: string): Promise<void> {
  const connectionString = servers.databaseUrl;
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 3_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
