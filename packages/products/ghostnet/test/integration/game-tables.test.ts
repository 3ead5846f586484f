import { getAddress, zeroAddress } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GhostnetError } from "../../src/ghostnet-error.ts";
import { GameTable } from "../support/game-table.ts";

const HOUR_MS = 3_600_000;
const ALICE = getAddress("0x00000000000000000000000000000000000a11ce");
const BOB = getAddress("0x0000000000000000000000000000000000000b0b");
const CAROL = getAddress("0x00000000000000000000000000000000000ca401");
const DATA = 10n ** 18n;
/** More than a double can hold exactly. */
const ODD = 123_456_789_012_345_678_901n;

let game: GameTable;
beforeAll(async () => {
  game = await GameTable.open("2026-11-20T12:00:00Z");
}, 60_000);
afterAll(() => game.close());
beforeEach(async () => {
  await game.reset();
  for (const [level, scanInterval] of [0, 86_400, 28_800, 7_200, 1_800].entries()) {
    const settings = { level: level + 1, deathRateBps: level * 100, scanInterval };
    await game.core("LevelConfigured", { ...settings, minStake: 5n * DATA });
  }
});

function jackIn(user: `0x${string}`, amount: bigint, level: number, totalAmount = amount) {
  return game.core("JackedIn", { user, amount, level, totalAmount });
}

describe("positions", () => {
  it("are opened, added to and extracted, to the wei", async () => {
    await jackIn(ALICE, ODD, 4);
    await jackIn(ALICE, 1n, 4, ODD + 1n);
    await game.core("RewardsClaimed", { user: ALICE, amount: 7n });
    await game.core("Extracted", { user: ALICE, principal: ODD + 1n, rewards: 3n });
    expect(await game.ask("/users/:address/history", { params: { address: ALICE } })).toMatchObject(
      {
        total: 1,
        positions: [
          {
            address: ALICE,
            level: "DARKNET",
            amount: (ODD + 1n).toString(),
            rewardsEarned: "10",
            alive: false,
            exitType: "extracted",
            exitAt: "2026-11-20T12:00:00.000Z",
          },
        ],
      },
    );
    expect(await game.ask("/users/:address", { params: { address: ALICE } })).toMatchObject({
      totalExtracted: (ODD + 4n).toString(),
      ensName: null,
    });
    expect(await levelOf(4)).toMatchObject({ players: 0, totalStaked: "0" });
  });

  it("are paged, newest first", async () => {
    for (let round = 0; round < 5; round++) {
      await jackIn(ALICE, BigInt(round + 1), 1);
      await game.core("Extracted", { user: ALICE, principal: BigInt(round + 1), rewards: 0n });
      await game.clock.advance(1_000);
    }
    const query = { limit: "2", offset: "1" };
    const page = await game.ask("/users/:address/history", { params: { address: ALICE }, query });
    expect(page).toMatchObject({ total: 5, positions: [{ amount: "4" }, { amount: "3" }] });
  });

  it("die, and a new one begins afresh", async () => {
    await jackIn(ALICE, 10n * DATA, 5);
    await game.core("GhostStreakExtended", { user: ALICE, level: 5, streak: 1 });
    await game.core("PositionTraced", { user: ALICE, level: 5, amount: 10n * DATA });
    await jackIn(ALICE, 6n * DATA, 5);
    const history = await game.ask("/users/:address/history", { params: { address: ALICE } });
    expect(history).toMatchObject({
      total: 2,
      positions: expect.arrayContaining([
        expect.objectContaining({ alive: false, exitType: "traced", ghostStreak: 1 }),
        expect.objectContaining({ alive: true, exitType: null, ghostStreak: 0 }),
      ]),
    });
    expect(await levelOf(5)).toMatchObject({ players: 1, totalStaked: `${6n * DATA}` });
  });

  it("leave in an emergency with their principal and no result", async () => {
    await jackIn(ALICE, 10n * DATA, 1);
    await game.core("EmergencyWithdrawn", { user: ALICE, principal: 10n * DATA });
    expect(await rank("pnl", "all")).toEqual([]);
    expect(await rank("extracted", "all")).toEqual([]);
  });
});

describe("a system reset", () => {
  it("takes a quarter as the contract rounds: levels down, positions up", async () => {
    await jackIn(ALICE, 1_001n, 2);
    await jackIn(BOB, 1_002n, 2);
    await game.core("SystemResetTriggered", {
      penaltyPool: 500n,
      jackpotWinner: BOB,
      jackpotAmount: 250n,
    });
    const amounts = await Promise.all([ALICE, BOB].map(liveAmount));
    expect(amounts).toEqual(["750", "751"]);
    expect(await levelOf(2)).toMatchObject({ totalStaked: `${2_003 - 500}` });
    expect(await rank("pnl", "all")).toEqual([
      { rank: 1, address: BOB, value: "-1" },
      { rank: 2, address: ALICE, value: "-251" },
    ]);
  });

  it("counts a penalty once, though the contract tells of it again", async () => {
    await jackIn(ALICE, 1_000n, 2);
    const reset = { penaltyPool: 250n, jackpotWinner: zeroAddress, jackpotAmount: 0n } as const;
    await game.core("SystemResetTriggered", reset);
    const penalty = { user: ALICE, level: 2, penalty: 250n, newAmount: 750n };
    const told = await game.core("PositionPenalized", penalty);
    expect(told?.event).toMatchObject({ type: "PENALTY", amount: "250", newAmount: "750" });
    expect(await liveAmount(ALICE)).toBe("750");
    expect(await rank("pnl", "all")).toEqual([{ rank: 1, address: ALICE, value: "-250" }]);
  });
});

describe("GET /leaderboard", () => {
  it("ranks by UTC day, ISO week and all time", async () => {
    await extractAt("2026-11-15T23:59:59Z", ALICE, 100n); // the Sunday before
    await extractAt("2026-11-16T00:00:00Z", BOB, 50n); // Monday
    await extractAt("2026-11-19T23:59:59Z", ALICE, 20n);
    await extractAt("2026-11-20T00:00:00Z", CAROL, 10n); // today
    expect(await rank("extracted", "daily")).toEqual([{ rank: 1, address: CAROL, value: "10" }]);
    expect(await rank("extracted", "weekly")).toEqual([
      { rank: 1, address: BOB, value: "50" },
      { rank: 2, address: ALICE, value: "20" },
      { rank: 3, address: CAROL, value: "10" },
    ]);
    expect((await rank("extracted", "all"))[0]).toEqual({ rank: 1, address: ALICE, value: "120" });
  });

  it("adds up pnl: rewards and jackpots less penalties and lost principal", async () => {
    await jackIn(ALICE, 1_000n, 3);
    await game.core("RewardsClaimed", { user: ALICE, amount: 40n });
    const reset = { penaltyPool: 250n, jackpotWinner: ALICE, jackpotAmount: 125n } as const;
    await game.core("SystemResetTriggered", reset);
    await game.core("PositionTraced", { user: ALICE, level: 3, amount: 750n });
    const expected = [{ rank: 1, address: ALICE, value: `${40 + 125 - 250 - 750}` }];
    expect(await rank("pnl", "daily")).toEqual(expected);
    expect(await rank("pnl", "all")).toEqual(expected);
  });

  it("ranks the longest streak; equals share a rank, in the order of their addresses", async () => {
    for (const [user, streak] of [
      [ALICE, 2],
      [BOB, 3],
      [CAROL, 3],
      [BOB, 1],
    ] as const) {
      await game.core("GhostStreakExtended", { user, level: 4, streak });
    }
    expect(await rank("streak", "all")).toEqual([
      { rank: 1, address: BOB, value: "3" },
      { rank: 1, address: CAROL, value: "3" },
      { rank: 3, address: ALICE, value: "2" },
    ]);
    expect(await rank("streak", "weekly", 1)).toHaveLength(1);
  });

  it("refuses what it does not know", () => {
    const route = game.product.routes.find(({ path }) => path === "/leaderboard");
    for (const query of [{ type: "wealth" }, { period: "yearly" }, { limit: 0 }, { limit: 101 }]) {
      expect(route?.query?.safeParse(query).success).toBe(false);
    }
  });
});

describe("GET /users/:address", () => {
  it("knows a user from the login, and keeps the earlier date", async () => {
    const login = { sql: game.database, clock: game.clock };
    await game.product.onLogin?.(ALICE, login);
    await game.product.onLogin?.(ALICE, login);
    const params = { address: ALICE.toLowerCase() };
    const fresh = { address: ALICE, totalExtracted: "0", ghostStreakBest: 0 };
    expect(await game.ask("/users/:address", { params })).toMatchObject(fresh);
  });

  it("refuses a stranger with a coded error", async () => {
    const asked = game.ask("/users/:address", { params: { address: CAROL } });
    await expect(asked).rejects.toThrow(GhostnetError);
    await expect(asked).rejects.toMatchObject({ fault: { code: "USER_UNKNOWN", status: 404 } });
  });

  it.each(["0x123", "alice", "0x00000000000000000000000000000000000a11Ce", `${ALICE}'--`])(
    "refuses %s as an address",
    (address) => {
      const route = game.product.routes.find(({ path }) => path === "/users/:address");
      expect(route?.params?.safeParse({ address }).success).toBe(false);
    },
  );
});

describe("scans", () => {
  it("keep what they did, and where the dead capital went", async () => {
    await jackIn(ALICE, 1_000n, 4);
    await jackIn(BOB, 500n, 4);
    await game.scan("ScanExecuted", {
      ...{ level: 4, number: 1, seed: `0x${"ab".repeat(32)}` },
      ...{ baseRateBps: 4_000, modifierBps: 12_000 },
    });
    await game.core("PositionTraced", { user: ALICE, level: 4, amount: 1_000n });
    await game.core("DeathsProcessed", { level: 4, count: 1n, totalCapital: 1_000n });
    await game.core("GhostStreakExtended", { user: BOB, level: 4, streak: 1 }, "batch");
    const survived = await game.core("GhostStreaksUpdated", { level: 4, count: 1n }, "batch");
    expect(survived).toMatchObject({
      event: { type: "SURVIVED", level: "DARKNET", count: 1 },
      subjects: [BOB],
    });
    await game.core("CascadeDistributed", {
      ...{ level: 4, sameLevel: 300n, upstream: 0n, burned: 600n, protocol: 100n },
    });
    const [scan] = await game.database.query("SELECT * FROM ghostnet.scans");
    expect(scan).toMatchObject({ number: 1, deaths: 1, survivors: 1, dead_capital: 1_000n });
    expect(scan).toMatchObject({ same_level: 300n, upstream: 0n, burned: 600n, protocol: 100n });
    expect(await levelOf(4)).toMatchObject({ scans: 1, deaths: 1, players: 1 });
  });

  it("are passed over while a level is empty, and wait for their keeper when it is not", async () => {
    const dueMs = game.clock.now() + HOUR_MS;
    await game.core("ScanScheduled", { level: 4, scanAt: BigInt(dueMs / 1_000) });
    expect(await levelOf(4)).toMatchObject({ nextScanAt: dueMs });
    expect(await levelOf(1)).toMatchObject({ nextScanAt: null });
    await game.clock.advance(2 * HOUR_MS);
    expect(await levelOf(4)).toMatchObject({ nextScanAt: dueMs + 2 * HOUR_MS });
    await jackIn(ALICE, DATA, 4);
    expect(await levelOf(4)).toMatchObject({ nextScanAt: dueMs });
  });
});

describe("what clients see", () => {
  it("names the user with its checksum, the level by name and amounts as decimal strings", async () => {
    const told = await jackIn(ALICE, ODD, 4);
    expect(told).toMatchObject({
      event: { type: "JACK_IN", address: ALICE, level: "DARKNET", amount: ODD.toString() },
      topics: ["level:DARKNET", `address:${ALICE.toLowerCase()}`],
      subjects: [ALICE],
    });
    expect(JSON.parse(JSON.stringify(told?.event))).toEqual(told?.event);
  });

  it("tells the level that an extraction left", async () => {
    await jackIn(ALICE, 5n, 3);
    const told = await game.core("Extracted", { user: ALICE, principal: 5n, rewards: 1n });
    expect(told?.event).toMatchObject({
      type: "EXTRACT",
      level: "SUBNET",
      amount: "5",
      rewards: "1",
    });
  });

  it("sends the owner its position, and null when it is gone", async () => {
    await jackIn(ALICE, 5n, 3);
    const personal = () => game.product.personal?.(ALICE, game.database);
    expect(await personal()).toMatchObject({
      type: "POSITION_UPDATE",
      position: { level: "SUBNET", amount: "5", alive: true },
    });
    await game.core("PositionTraced", { user: ALICE, level: 3, amount: 5n });
    expect(await personal()).toEqual({ type: "POSITION_UPDATE", position: null });
  });

  it("has a snapshot of the public state, with one's own position for its owner alone", async () => {
    await jackIn(ALICE, 5n, 3);
    const snapshot = (who?: typeof ALICE) => game.product.snapshot?.(game.database, who);
    expect(await snapshot()).toMatchObject({ levels: { length: 5 }, position: null });
    expect(await snapshot(ALICE)).toMatchObject({ position: { address: ALICE } });
    expect(await snapshot(BOB)).toMatchObject({ position: null });
  });
});

async function rank(type: string, period: string, limit = 100) {
  const answer = await game.ask("/leaderboard", { query: { type, period, limit } });
  return (answer as { entries: { rank: number; address: string; value: string }[] }).entries;
}

async function levelOf(level: number): Promise<unknown> {
  const { levels } = (await game.ask("/levels")) as { levels: unknown[] };
  return levels[level - 1];
}

async function liveAmount(user: typeof ALICE): Promise<unknown> {
  const told = await game.product.personal?.(user, game.database);
  return (told?.position as { amount: string } | undefined)?.amount;
}

/** The clock goes on to noon of the same day in the end. */
async function extractAt(time: string, user: typeof ALICE, amount: bigint): Promise<void> {
  await jackIn(user, amount, 1);
  const nowMs = game.clock.now();
  await game.clock.advance(Date.parse(time) - nowMs);
  await game.core("Extracted", { user, principal: amount, rewards: 0n });
  await game.clock.advance(nowMs - Date.parse(time));
}
