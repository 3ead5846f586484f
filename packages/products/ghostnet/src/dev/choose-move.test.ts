import fc from "fast-check";
import { parseEther } from "viem";
import { describe, expect, it } from "vitest";
import { chooseMove } from "./choose-move.ts";
import { createRandom } from "./random.ts";

const RICH = { level: 0, amountWei: 0n, rewardsWei: 0n, balanceWei: parseEther("1000") };

describe("chooseMove", () => {
  it("never spends more than the purse holds, nor less than the level asks", () => {
    const minimums = [100n, 50n, 30n, 15n, 5n].map((data) => data * 10n ** 18n);
    fc.assert(
      fc.property(fc.integer(), fc.bigInt({ min: 0n, max: 10n ** 22n }), (seed, balanceWei) => {
        const move = chooseMove({ ...RICH, balanceWei }, createRandom(seed));
        if (move.kind !== "jackIn") return move.kind === "wait";
        return move.amountWei <= balanceWei && move.amountWei >= (minimums[move.level - 1] ?? 0n);
      }),
    );
  });

  it("plays every level and makes every move", () => {
    const random = createRandom(7);
    const moves = Array.from({ length: 400 }, (_, index) =>
      chooseMove(index % 2 ? RICH : { ...RICH, level: 3, amountWei: 1n, rewardsWei: 1n }, random),
    );
    expect(new Set(moves.map(({ kind }) => kind))).toEqual(
      new Set(["jackIn", "extract", "claim", "wait"]),
    );
    const levels = moves.flatMap((move) => (move.kind === "jackIn" ? [move.level] : []));
    expect(new Set(levels).size).toBe(5);
  });

  it("gives the same game for the same seed", () => {
    const play = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 50 }, () => chooseMove(RICH, random));
    };
    expect(play(3)).toEqual(play(3));
    expect(play(3)).not.toEqual(play(4));
  });
});
