import type { JobContext } from "@ghostchain/product";
import { createSilentLogger } from "@ghostchain/service";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCrew, joinCrew, leaveCrew } from "../../src/crews/change-crews.ts";
import { createCrewNotices } from "../../src/crews/crew-notices.ts";
import { userNumber } from "../support/game-api.ts";
import { GameTable } from "../support/game-table.ts";

const [ALICE, BOB] = [userNumber(0), userNumber(1)] as const;

let game: GameTable;
beforeAll(async () => {
  game = await GameTable.open("2026-11-20T12:00:00Z");
}, 60_000);
afterAll(() => game.close());
beforeEach(() => game.reset());

const by = (user: typeof ALICE) => ({ user, nowMs: game.clock.now() });
const makeCrew = (user = ALICE, name = `ghosts ${user}`) =>
  createCrew(game.database, { shown: name, key: name }, by(user));

/** The crew topics of what is told when `user` jacks in, a moment later. */
async function crewTopics(user = ALICE): Promise<string[]> {
  await game.clock.advance(100);
  const draft = await game.core("JackedIn", { user, amount: 1n, level: 1, totalAmount: 1n });
  return (draft?.topics ?? []).filter((topic) => topic.startsWith("crew:"));
}

describe("the feed of a crew", () => {
  it("has what its members do, from the moment they join to the moment they leave", async () => {
    expect(await crewTopics()).toEqual([]);
    const { id } = await makeCrew();
    expect(await crewTopics()).toEqual([`crew:${id}`]);
    expect(await crewTopics(BOB)).toEqual([]);
    await joinCrew(game.database, id, by(BOB));
    expect(await crewTopics(BOB)).toEqual([`crew:${id}`]);
    await leaveCrew(game.database, id, by(ALICE));
    const other = await makeCrew(ALICE, "others");
    expect(await crewTopics()).toEqual([`crew:${other.id}`]);
  });

  it("is right after more changes than are kept, and on a database that began anew", async () => {
    const { id } = await makeCrew();
    expect(await crewTopics()).toEqual([`crew:${id}`]);
    for (let round = 0; round < 4; round++) {
      await joinCrew(game.database, id, by(BOB));
      await leaveCrew(game.database, id, by(BOB));
    }
    await joinCrew(game.database, id, by(BOB));
    await game.database.query("DELETE FROM ghostnet.crew_changes WHERE version < 6");
    expect(await crewTopics(BOB)).toEqual([`crew:${id}`]);
    await game.database.query(
      "DELETE FROM ghostnet.crew_members; UPDATE ghostnet.crew_state SET version = 0",
    );
    expect(await crewTopics(BOB)).toEqual([]);
  });

  it("asks the database for crews ten times a second at most, not once an event", async () => {
    await makeCrew();
    await crewTopics();
    const { id } = await makeCrew(BOB);
    const draft = await game.core("RewardsClaimed", { user: BOB, amount: 1n });
    expect(draft?.topics).not.toContain(`crew:${id}`);
    expect(await crewTopics(BOB)).toEqual([`crew:${id}`]);
  });
});

describe("crew notices", () => {
  it("tell those who watch a crew of each who joins and leaves, once and in order", async () => {
    const told: unknown[] = [];
    const job = createCrewNotices();
    const context: JobContext = {
      ...{ sql: game.database, clock: game.clock, logger: createSilentLogger() },
      signal: new AbortController().signal,
      broadcast: async (message, topics) => void told.push({ ...message, topics }),
    };
    const { id } = await makeCrew();
    await job.run(context);
    expect(told).toEqual([]);
    await joinCrew(game.database, id, by(BOB));
    await leaveCrew(game.database, id, by(ALICE));
    await job.run(context);
    await job.run(context);
    const message = { type: "CREW_UPDATE", crewId: id, topics: [`crew:${id}`] };
    expect(told).toEqual([
      { ...message, address: BOB, change: "joined" },
      { ...message, address: ALICE, change: "left" },
    ]);
  });
});
