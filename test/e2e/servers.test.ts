import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWholeFeed } from "./feed-pages.ts";
import { GamePlayer } from "./game-player.ts";
import { eventually, GhostProcess, temporaryDirectory } from "./ghost-process.ts";
import { createServerDatabase, servers, serversAnswer } from "./servers.ts";

const DARKNET = 4;

const available = await serversAnswer();
if (!available && process.env.CI) throw new Error("CI needs PostgreSQL and Redis");
if (!available)
  console.warn("servers: skipped, no PostgreSQL or Redis (set TEST_DATABASE_URL, TEST_REDIS_URL)");

describe.skipIf(!available)("the same stack on a PostgreSQL server and Redis", () => {
  const directory = temporaryDirectory();
  let database: Awaited<ReturnType<typeof createServerDatabase>>;
  let ghost: GhostProcess;
  let tables: pg.Client;

  beforeAll(async () => {
    database = await createServerDatabase();
    ghost = await GhostProcess.start(
      ["--data-dir", directory.path, "--players", "0", "--block-time", "250"],
      { DATABASE_URL: database.url, REDIS_URL: servers.redisUrl },
    );
    tables = new pg.Client({ connectionString: database.url });
    await tables.connect();
  });
  afterAll(async () => {
    await tables?.end();
    await ghost?.end("SIGINT");
    await database?.drop();
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
