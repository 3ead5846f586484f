import { ghostCoreAbi } from "@ghostchain/contracts";
import type { Database } from "@ghostchain/database";
import { openTestDatabase, type TestDatabase } from "@ghostchain/database/testing";
import { createInProcessBus } from "@ghostchain/event-bus";
import { createIndexer, type Indexer } from "@ghostchain/indexer";
import { createMetrics, createSilentLogger, Health, systemClock } from "@ghostchain/service";
import { findAnvil, startAnvil } from "@ghostchain/tools/anvil";
import { http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deployGhostnet, type GhostnetDeployment } from "../../src/dev/deploy-ghostnet.ts";
import { DevChain } from "../../src/dev/dev-chain.ts";
import { createGhostnet } from "../../src/ghostnet.ts";
import { projectedTables } from "../../src/migrations.ts";
import { RandomGame } from "../support/random-game.ts";

const anvil = findAnvil();
if (!anvil && process.env.CI) throw new Error("CI needs the anvil binary that npm installs");

let node: Awaited<ReturnType<typeof startAnvil>>;
let test: TestDatabase;
let database: Database;
let chain: DevChain;
let deployment: GhostnetDeployment;
let game: RandomGame;
let indexer: Indexer;

describe.skipIf(!anvil)("the indexed game", () => {
  beforeAll(async () => {
    test = await openTestDatabase();
    database = test.database;
    node = await startAnvil(anvil ?? "");
    chain = new DevChain(http(node.url));
    deployment = await deployGhostnet(chain);
    game = new RandomGame(chain, deployment, { seed: 20_261_120, players: 6 });
    await game.equip();
    indexer = await follow();
  }, 120_000);
  afterAll(async () => {
    await indexer.stop();
    await node.stop();
    await test.close();
  });

  it("is what the contracts say, after a random game followed live", async () => {
    await game.play(300);
    await caughtUp();
    await expectTruth();
    const [played] = await database.query<Record<string, bigint>>(
      `SELECT (SELECT count(*) FROM ghostnet.resets) AS resets,
         (SELECT count(*) FROM ghostnet.boosts) AS boosts,
         (SELECT sum(deaths) FROM ghostnet.scans)::numeric AS deaths,
         (SELECT sum(survivors) FROM ghostnet.scans)::numeric AS survivors,
         (SELECT count(*) FROM ghostnet.positions WHERE exit_type = 'extracted') AS extracted`,
    );
    for (const [what, count] of Object.entries(played ?? {})) {
      expect(count, `no ${what}: the game showed too little`).toBeGreaterThan(0n);
    }
  }, 240_000);

  it("is the same when it is indexed again from the start", async () => {
    const live = await dump();
    await indexer.stop();
    await database.query("DROP SCHEMA ghostnet, indexer, feed CASCADE");
    indexer = await follow();
    await caughtUp();
    expect(await dump()).toEqual(live);
  }, 120_000);

  it("is what it was when the chain goes back, and follows where it goes then", async () => {
    await game.play(10);
    await caughtUp();
    const before = await dump();
    const snapshot = await request("evm_snapshot");
    await game.play(40);
    await caughtUp();
    expect(await dump()).not.toEqual(before);
    await request("evm_revert", snapshot);
    await caughtUp();
    expect(await dump()).toEqual(before);
    await game.play(40);
    await caughtUp();
    await expectTruth();
  }, 240_000);
});

async function follow(): Promise<Indexer> {
  const logger = createSilentLogger();
  const bus = createInProcessBus({ logger });
  await bus.start(new AbortController().signal);
  const metrics = createMetrics({ processMetrics: false });
  const product = createGhostnet({ clock: systemClock }, { ...deployment, startBlock: 0n });
  const deps = { database, bus, clock: systemClock, logger, metrics, health: new Health() };
  const started = createIndexer(deps, { products: [product], rpc: node.url, pollMs: 20 });
  await started.start(AbortSignal.timeout(20_000));
  return started;
}

async function caughtUp(): Promise<void> {
  const { hash } = await chain.client.getBlock();
  await expect.poll(() => indexer.point?.hash, { timeout: 60_000 }).toBe(hash);
}

/** Every table and view of the contract against every row. */
async function expectTruth(): Promise<void> {
  const core = { address: deployment.ghostCore, abi: ghostCoreAbi } as const;
  for (const { account } of game.players) {
    const said = await chain.client.readContract({
      ...{ ...core, functionName: "position" },
      args: [account.address],
    });
    const [row] = await database.query<{ level: number; amount: bigint; ghost_streak: number }>(
      "SELECT * FROM ghostnet.positions WHERE user_address = $1 AND alive",
      [account.address.toLowerCase()],
    );
    const truth = { level: said.level, amount: said.amount, ghost_streak: said.ghostStreak };
    expect(row ?? { level: 0, amount: 0n, ghost_streak: 0 }).toMatchObject(truth);
  }
  const levels = await chain.client.readContract({ ...core, functionName: "levels" });
  const rows = await database.query("SELECT * FROM ghostnet.levels ORDER BY level");
  expect(rows).toMatchObject(
    levels.map((level) => ({
      ...{ level: level.level, death_rate_bps: level.deathRateBps, players: level.positions },
      ...{ total_staked: level.totalStaked, min_stake: level.minStake, scans: level.scans },
    })),
  );
  const deadline = await chain.client.readContract({ ...core, functionName: "deadline" });
  const [clock] = await database.query("SELECT reset_deadline FROM ghostnet.game");
  expect(clock).toEqual({ reset_deadline: new Date(Number(deadline) * 1_000) });
  await expectDaysToAddUp();
}

async function expectDaysToAddUp(): Promise<void> {
  const wrong = await database.query(
    `SELECT u.address FROM ghostnet.users u
     JOIN (SELECT user_address, sum(extracted) AS extracted, sum(pnl) AS pnl,
             max(streak_best) AS streak FROM ghostnet.days GROUP BY user_address) d
       ON d.user_address = u.address
     WHERE (u.total_extracted, u.pnl, u.ghost_streak_best) <> (d.extracted, d.pnl, d.streak)`,
  );
  expect(wrong).toEqual([]);
}

async function dump(): Promise<Record<string, unknown>> {
  const tables: Record<string, unknown> = {};
  for (const table of projectedTables) {
    tables[table] = await database.query(
      `SELECT t::text AS row FROM ghostnet.${table} t ORDER BY 1`,
    );
  }
  return tables;
}

function request(method: string, ...params: unknown[]): Promise<unknown> {
  return chain.client.request({ method, params } as never);
}
