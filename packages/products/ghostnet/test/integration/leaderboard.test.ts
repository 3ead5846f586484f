import fc from "fast-check";
import { getAddress } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { periodOf } from "../../src/leaderboard/period.ts";
import {
  LEADERBOARD_TYPES,
  type LeaderboardEntry,
  type LeaderboardType,
  readAllTime,
  readPeriod,
} from "../../src/leaderboard/read-leaderboard.ts";
import { userNumber } from "../support/game-api.ts";
import { GameTable } from "../support/game-table.ts";

const USERS = [0, 1, 2, 3, 4].map(userNumber);
const MONDAY_MS = Date.UTC(2026, 10, 16);
const DAY_MS = 86_400_000;

let game: GameTable;
beforeAll(async () => {
  game = await GameTable.open("2026-11-16T00:00:00Z");
}, 60_000);
afterAll(() => game.close());

/** What happened to someone, by the rules alone. */
interface Result {
  readonly user: string;
  readonly atMs: number;
  readonly extracted: bigint;
  readonly pnl: bigint;
  readonly streak: number;
}

/** Days before and after a Monday's midnight, to the millisecond around each midnight. */
const moment = fc
  .record({ day: fc.integer({ min: -8, max: 8 }), offMs: fc.constantFrom(-1, 0, 1, 43_200_000) })
  .map(({ day, offMs }) => MONDAY_MS + day * DAY_MS + offMs);
const amount = fc.integer({ min: 1, max: 9 }).map(BigInt);
const move = fc.record({
  user: fc.nat({ max: USERS.length - 1 }),
  atMs: moment,
  amount,
  kind: fc.constantFrom("jackIn", "extract", "claim", "die", "survive", "reset"),
});
type Move = typeof move extends fc.Arbitrary<infer M> ? M : never;

/** Plays moves on the tables, in the order of time, and beside them by the rules. */
async function play(moves: readonly Move[]): Promise<Result[]> {
  const stakes = new Map<string, bigint>();
  const results: Result[] = [];
  for (const { user: index, kind, atMs, amount: wei } of moves.toSorted(
    (a, b) => a.atMs - b.atMs,
  )) {
    await game.clock.advance(atMs - game.clock.now());
    const user = USERS[index] ?? userNumber(0);
    const stake = stakes.get(user);
    const tell = (change: Partial<Result>) =>
      results.push({ user, atMs, extracted: 0n, pnl: 0n, streak: 0, ...change });
    if (kind === "jackIn") {
      stakes.set(user, (stake ?? 0n) + wei);
      const args = { user, amount: wei, level: 3, totalAmount: (stake ?? 0n) + wei };
      await game.core("JackedIn", args);
    } else if (kind === "reset") {
      for (const [owner, held] of stakes) {
        const loss = held - (held * 3n) / 4n;
        stakes.set(owner, held - loss);
        results.push({ user: owner, atMs, extracted: 0n, pnl: -loss, streak: 0 });
      }
      tell({ pnl: wei });
      const args = { penaltyPool: 2n * wei, jackpotWinner: user, jackpotAmount: wei };
      await game.core("SystemResetTriggered", args);
    } else if (stake === undefined) continue;
    else if (kind === "claim") {
      tell({ pnl: wei });
      await game.core("RewardsClaimed", { user, amount: wei });
    } else if (kind === "survive") {
      tell({ streak: Number(wei) });
      await game.core("GhostStreakExtended", { user, level: 3, streak: Number(wei) });
    } else {
      stakes.delete(user);
      if (kind === "extract") tell({ extracted: stake + wei, pnl: wei });
      else tell({ pnl: -stake });
      if (kind === "extract")
        await game.core("Extracted", { user, principal: stake, rewards: wei });
      else await game.core("PositionTraced", { user, level: 3, amount: stake });
    }
  }
  return results;
}

/** The board as the rules say, from `[start` to `end)`. */
function expected(
  results: readonly Result[],
  type: LeaderboardType,
  { start, end }: { start: number; end: number },
): LeaderboardEntry[] {
  const values = USERS.map((user) => {
    const own = results.filter((one) => one.user === user && one.atMs >= start && one.atMs < end);
    const value =
      type === "streak"
        ? own.reduce((best, { streak }) => (streak > best ? BigInt(streak) : best), 0n)
        : own.reduce((sum, one) => sum + (type === "pnl" ? one.pnl : one.extracted), 0n);
    return { user, value };
  }).filter(({ value }) => value !== 0n);
  return values
    .toSorted(
      (a, b) => Number(b.value - a.value) || (a.user.toLowerCase() < b.user.toLowerCase() ? -1 : 1),
    )
    .map(({ user, value }) => ({
      rank: 1 + values.filter((other) => other.value > value).length,
      address: getAddress(user),
      value: value.toString(),
    }));
}

describe("leaderboards", () => {
  it("are what the rules say, for any history and around every midnight", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { minLength: 1, maxLength: 40 }),
        fc.array(moment, { minLength: 3, maxLength: 3 }),
        async (moves, moments) => {
          await game.reset();
          const results = await play(moves);
          const ever = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };
          for (const type of LEADERBOARD_TYPES) {
            expect(await readAllTime(game.database, type, 100)).toEqual(
              expected(results, type, ever),
            );
            for (const nowMs of moments)
              for (const kind of ["daily", "weekly"] as const) {
                const period = periodOf(kind, nowMs);
                const range = { start: period.start.getTime(), end: period.end.getTime() };
                expect(await readPeriod(game.database, type, period, 100)).toEqual(
                  expected(results, type, range),
                );
              }
          }
        },
      ),
      { numRuns: 15 },
    );
  }, 120_000);

  it("turn over at midnight, whatever was kept of the day before", async () => {
    await game.reset();
    const [user = userNumber(0)] = USERS;
    await game.clock.advance(MONDAY_MS + DAY_MS - 500 - game.clock.now());
    await game.core("JackedIn", { user, amount: 5n, level: 1, totalAmount: 5n });
    await game.core("Extracted", { user, principal: 5n, rewards: 0n });
    const daily = () => game.ask("/leaderboard", { query: { period: "daily" } });
    expect(await daily()).toEqual({ entries: [{ rank: 1, address: user, value: "5" }] });
    await game.clock.advance(499);
    expect(await daily()).toMatchObject({ entries: { length: 1 } });
    await game.clock.advance(1);
    expect(await daily()).toEqual({ entries: [] });
  });
});
