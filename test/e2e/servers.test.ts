import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWholeFeed } from "./feed-pages.ts";
import { GamePlayer } from "./game-player.ts";
import { eventually, GhostProcess, temporaryDirectory } from "./ghost-process.ts";

const DATABASE_URL = process.env.TEST_DATABASE_URL ?? "postgres://root@127.0.0.1:5432/postgres";
const REDIS_URL = process.env.TEST_REDIS_URL ?? "redis://127.0.0.1:6379";
const DARKNET = 4;

const available = await serversAnswer();
if (!available && process.env.CI) throw new Error("CI needs PostgreSQL and Redis");
if (!available)
  console.warn("servers: skipped, no PostgreSQL or Redis (set TEST_DATABASE_URL, TEST_REDIS_URL)");

describe.skipIf(!available)("the same stack on a PostgreSQL server and Redis", () => {
  const directory = temporaryDirectory();
  const name = `ghost_e2e_${process.pid}`;
  const url = new URL(DATABASE_URL);
  url.pathname = `/${name}`;
  let ghost: GhostProcess;
  let tables: pg.Client;

  beforeAll(async () => {
    await administer(`CREATE DATABASE ${name}`);
    ghost = await GhostProcess.start(
      ["--data-dir", directory.path, "--players", "0", "--block-time", "250"],
      { DATABASE_URL: url.href, REDIS_URL },
    );
    tables = new pg.Client({ connectionString: url.href });
    await tables.connect();
  });
  afterAll(async () => {
    await tables?.end();
    await ghost?.end("SIGINT");
    await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    directory.remove();
  });

  it("stores a jack-in in the server's tables and tells it in the feed", async () => {
    const player = new GamePlayer(ghost.network);
    await player.equip();
    const { hash, amount } = await player.jackIn(DARKNET);
    await eventually("the jack-in", async () =>
      (await readWholeFeed(ghost.apiUrl)).find(({ event }) => event.txHash === hash),
    );
    const { rows } = await tables.query(
      "SELECT level, amount::text, alive FROM ghostnet.positions WHERE tx_hash_in = $1",
      [hash],
    );
    expect(rows).toEqual([{ level: DARKNET, amount, alive: true }]);
  });

  it("stores nothing of its own database in the data directory", async () => {
    const { readdir } = await import("node:fs/promises");
    expect(await readdir(directory.path)).not.toContain("database");
  });
});

async function serversAnswer(): Promise<boolean> {
  const redis = new Redis(REDIS_URL, { lazyConnect: true, maxRetriesPerRequest: 0 });
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

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: DATABASE_URL, connectionTimeoutMillis: 3_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
