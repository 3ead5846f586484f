import { parseEther } from "viem";
import { describe, expect, it } from "vitest";
import { type CrewStats, crewBonuses } from "./crew-bonuses.ts";

const nothing: CrewStats = {
  ...{ members: 1, alive: 0, levels: [], extracted: 0n, pnl: 0n, streakBest: 0 },
};

function active(change: Partial<CrewStats>): string[] {
  const bonuses = crewBonuses({ ...nothing, ...change });
  return bonuses.flatMap((bonus) => (bonus.active ? [bonus.code] : []));
}

describe("crewBonuses", () => {
  it("gives none for nothing, and shows how far each is", () => {
    expect(active({})).toEqual([]);
    expect(crewBonuses({ ...nothing, alive: 2, extracted: parseEther("2500.9") })).toMatchObject([
      { code: "SAFE_IN_NUMBERS", progress: 2, target: 3, active: false },
      ...[{ code: "FULL_SPECTRUM" }, { code: "DEEP_RUN" }, { code: "GHOST_CREW" }],
      { code: "HEIST", progress: 2_500, target: 10_000 },
      { code: "IN_THE_BLACK", progress: 0 },
    ]);
  });

  it.each([
    [{ alive: 3 }, ["SAFE_IN_NUMBERS"]],
    [{ levels: [4, 5, 5] }, ["DEEP_RUN"]],
    [{ levels: [1, 2, 3] }, []],
    [{ levels: [5, 4, 3, 2, 1] }, ["FULL_SPECTRUM", "DEEP_RUN"]],
    [{ streakBest: 5 }, ["GHOST_CREW"]],
    [{ extracted: parseEther("10000") }, ["HEIST"]],
    [{ extracted: parseEther("10000") - 1n }, []],
    [{ pnl: 1n }, ["IN_THE_BLACK"]],
    [{ pnl: -1n }, []],
  ])("for %o gives %j", (change, codes) => {
    expect(active(change)).toEqual(codes);
  });

  it("never shows more progress than there is to make, whatever the crew has", () => {
    const rich = { ...nothing, alive: 900, streakBest: 70, extracted: 10n ** 60n };
    for (const { progress, target } of crewBonuses(rich)) {
      expect(progress).toBeLessThanOrEqual(target);
    }
  });
});
