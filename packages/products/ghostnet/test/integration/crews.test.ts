import { FakeClock } from "@ghostchain/service";
import { getAddress } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { leaveCrew } from "../../src/crews/change-crews.ts";
import { CrewBoard } from "../../src/crews/crew-board.ts";
import { type Answer, GameApi, userNumber } from "../support/game-api.ts";

const [ALICE, BOB, CAROL] = [userNumber(0), userNumber(1), userNumber(2)] as const;

let game: GameApi;
beforeAll(async () => {
  game = await GameApi.open();
}, 60_000);
afterAll(() => game.close());
afterEach(async () => {
  const members = await game.database.query<{ crew_id: string; user_address: string }>(
    "SELECT crew_id, user_address FROM ghostnet.crew_members",
  );
  for (const { crew_id, user_address } of members)
    await leaveCrew(game.database, crew_id, { user: getAddress(user_address), nowMs: Date.now() });
  await game.database.query("DELETE FROM ghostnet.users");
});

async function create(name: string, as = ALICE): Promise<string> {
  const { status, body } = await game.post("/crews", { as, body: { name } });
  expect(status).toBe(200);
  return body.id;
}

const codeOf = (answer: Answer) => answer.body.error?.code ?? answer.status;

describe("crews", () => {
  it("are made, joined, shown and left", async () => {
    const id = await create("  Night   Watch ");
    expect(await game.post(`/crews/${id}/join`, { as: BOB })).toEqual({
      ...{ status: 200, body: { success: true } },
    });
    expect((await game.get(`/crews/${id}`)).body).toMatchObject({
      ...{ id, name: "Night Watch", rank: 1, createdBy: ALICE },
      members: [{ address: ALICE, totalExtracted: "0", level: null }, { address: BOB }],
      stats: { members: 2, alive: 0, staked: "0", extracted: "0", pnl: "0", streakBest: 0 },
      bonuses: expect.arrayContaining([expect.objectContaining({ code: "HEIST", active: false })]),
    });
    expect((await game.post(`/crews/${id}/leave`, { as: ALICE })).body).toEqual({ success: true });
    expect((await game.get(`/crews/${id}`)).body.members).toHaveLength(1);
  });

  it("end with the last member, whose name is free again", async () => {
    const id = await create("Ghosts");
    await game.post(`/crews/${id}/leave`, { as: ALICE });
    expect(codeOf(await game.get(`/crews/${id}`))).toBe("CREW_UNKNOWN");
    expect((await game.get("/crews")).body).toEqual({ crews: [], total: 0 });
    expect(await create("GHOSTS", BOB)).not.toBe(id);
  });

  it("have unique names, whatever the case or form", async () => {
    await create("Stra\u00dfe Ghosts");
    for (const name of ["stra\u00dfe ghosts", "STRASSE  GHOSTS ", "\uff33trasse Ghosts"]) {
      expect(await game.post("/crews", { as: BOB, body: { name } })).toMatchObject({
        status: 409,
        body: { error: { code: "CREW_NAME_TAKEN" } },
      });
    }
  });

  it.each([
    [{ name: "ab" }, "CREW_NAME_INVALID"],
    [{ name: "x".repeat(51) }, "CREW_NAME_INVALID"],
    [{ name: "a\u0000bc" }, "CREW_NAME_INVALID"],
    [{ name: "x".repeat(500) }, "VALIDATION_FAILED"],
    [{ name: 7 }, "VALIDATION_FAILED"],
    [{}, "VALIDATION_FAILED"],
  ])("refuse %j with %s", async (body, code) => {
    const refused = await game.post("/crews", { as: ALICE, body });
    expect(refused).toMatchObject({ status: 400, body: { error: { code } } });
  });

  it("are for those who are logged in, and one for each of them", async () => {
    const id = await create("First");
    expect((await game.post("/crews", { body: { name: "Nobody" } })).status).toBe(401);
    expect((await game.post(`/crews/${id}/join`)).status).toBe(401);
    const second = await game.post("/crews", { as: ALICE, body: { name: "Second" } });
    expect(codeOf(second)).toBe("CREW_ALREADY_MEMBER");
    expect(codeOf(await game.post(`/crews/${id}/join`, { as: ALICE }))).toBe("CREW_ALREADY_MEMBER");
    const other = await create("Other", BOB);
    expect(codeOf(await game.post(`/crews/${other}/leave`, { as: ALICE }))).toBe("CREW_NOT_MEMBER");
    const nowhere = "00000000-0000-4000-8000-000000000000";
    expect(codeOf(await game.post(`/crews/${nowhere}/join`, { as: CAROL }))).toBe("CREW_UNKNOWN");
    expect(codeOf(await game.post(`/crews/${nowhere}/leave`, { as: ALICE }))).toBe("CREW_UNKNOWN");
    expect(codeOf(await game.post("/crews/7/join", { as: CAROL }))).toBe("VALIDATION_FAILED");
    expect((await game.get("/crews")).body.total).toBe(2);
  });

  it("show at once where another process made them", async () => {
    expect((await game.get("/crews", 1)).body.total).toBe(0);
    const id = await create("Fresh");
    expect((await game.get("/crews", 1)).body.crews).toMatchObject([{ id, name: "Fresh" }]);
    expect((await game.get(`/crews/${id}`, 1)).status).toBe(200);
  });
});

describe("the board of crews", () => {
  const read = async (board: CrewBoard) => {
    const query = { search: "", sort: "rank", limit: 1_000, offset: 0 } as const;
    return (await board.list(game.database, query)).crews.map(({ nameKey: _, ...crew }) => crew);
  };

  it("is the same followed change by change as read whole, also when changes are missing", async () => {
    const clock = new FakeClock(1);
    const followed = new CrewBoard(clock);
    for (let round = 0; round < 40; round++) {
      const users = [0, 1, 2].map((index) => userNumber(20_000 + ((round * 7 + index * 5) % 17)));
      await Promise.all(
        users.map(async (as, instance) => {
          const [member] = await game.database.query<{ crew_id: string }>(
            "SELECT crew_id FROM ghostnet.crew_members WHERE user_address = $1",
            [as.toLowerCase()],
          );
          if (member) await game.post(`/crews/${member.crew_id}/leave`, { as, instance });
          else {
            const { crews } = (await game.get("/crews?sort=created", instance)).body;
            const id = crews[round % 4]?.id;
            if (id) await game.post(`/crews/${id}/join`, { as, instance });
            else await game.post("/crews", { as, body: { name: `Crew ${as}` }, instance });
          }
        }),
      );
      if (round === 30) await game.database.query("DELETE FROM ghostnet.crew_changes");
      expect(await read(followed)).toEqual(await read(new CrewBoard(clock)));
    }
  });

  it("shows what happened on the chain a second later", async () => {
    const id = await create("Miners");
    const extracted = async () => (await game.get("/crews")).body.crews[0].extracted;
    expect(await extracted()).toBe("0");
    await game.database.query(
      "INSERT INTO ghostnet.users (address, created_at, total_extracted) VALUES ($1, now(), 7)",
      [ALICE.toLowerCase()],
    );
    await expect.poll(extracted, { timeout: 5_000 }).toBe("7");
    expect((await game.get(`/crews/${id}`)).body.stats.extracted).toBe("7");
  });
});

describe("GET /crews", () => {
  /** `[name, members, what each extracted]` */
  async function found(crews: readonly (readonly [string, number, bigint])[]): Promise<void> {
    let next = 0;
    for (const [name, members, extracted] of crews) {
      let id = "";
      for (let member = 0; member < members; member++) {
        const as = userNumber(100 + next++);
        if (member === 0) id = await create(name, as);
        else await game.post(`/crews/${id}/join`, { as });
        await game.database.query(
          "INSERT INTO ghostnet.users (address, created_at, total_extracted, pnl) VALUES ($1, now(), $2, $3)",
          [as.toLowerCase(), extracted, -extracted],
        );
      }
    }
  }
  const names = async (query: string) =>
    (await game.get(`/crews?${query}`)).body.crews.map(({ name }: { name: string }) => name);

  it("sorts, ranks, and lets equals share a rank", async () => {
    await found([
      ["Poor", 3, 0n],
      ["Rich", 1, 10n ** 30n],
      ["Even", 2, 50n],
      ["Steven", 1, 100n],
    ]);
    const { body } = await game.get("/crews");
    expect(body.total).toBe(4);
    expect(body.crews).toMatchObject([
      { name: "Rich", rank: 1, extracted: (10n ** 30n).toString(), members: 1 },
      { name: "Even", rank: 2, extracted: "100", members: 2 },
      { name: "Steven", rank: 2 },
      { name: "Poor", rank: 4, members: 3 },
    ]);
    expect(await names("sort=members")).toEqual(["Poor", "Even", "Rich", "Steven"]);
    expect(await names("sort=created")).toEqual(["Steven", "Even", "Rich", "Poor"]);
    expect(await names("sort=pnl")).toEqual(["Poor", "Even", "Steven", "Rich"]);
    expect(await names("limit=2&offset=1")).toEqual(["Even", "Steven"]);
    expect((await game.get("/crews?search=steven")).body).toMatchObject({
      total: 1,
      crews: [{ rank: 2 }],
    });
  });

  it("takes a search for the text it is, metacharacters too", async () => {
    await found([
      ["100% Ghosts", 1, 0n],
      ["100 Ghosts", 1, 0n],
      ["Snake_Case", 1, 0n],
      ["SnakeXCase", 1, 0n],
      ["Back\\slash", 1, 0n],
      ["Bobby'); DROP TABLE crews; --", 1, 0n],
    ]);
    const search = (text: string) => names(`sort=created&search=${encodeURIComponent(text)}`);
    expect(await search("0%")).toEqual(["100% Ghosts"]);
    expect(await search("e_c")).toEqual(["Snake_Case"]);
    expect(await search("K\\S")).toEqual(["Back\\slash"]);
    expect(await search("'); drop")).toEqual(["Bobby'); DROP TABLE crews; --"]);
    expect(await search("%")).toEqual(["100% Ghosts"]);
    expect(await search("ghost")).toHaveLength(2);
    expect((await game.get("/crews?sort=name;DROP")).status).toBe(400);
  });
});

describe("races, decided by the database", () => {
  const ROUNDS = 12;

  /** Sends all at once, over both processes. */
  const race = (asked: readonly ((instance: number) => Promise<Answer>)[]) =>
    Promise.all(asked.map((ask, index) => ask(index)));
  const won = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length;

  it("let one of several users have a name", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const asked = [0, 1, 2, 3].map((user) => (instance: number) => {
        const name = user % 2 === 0 ? `Race ${round}` : `RACE ${round}`;
        return game.post("/crews", { as: userNumber(round * 4 + user), body: { name }, instance });
      });
      const answers = await race(asked);
      expect(won(answers)).toBe(1);
      const lost = answers.filter(({ status }) => status !== 200).map(codeOf);
      expect(lost).toEqual(["CREW_NAME_TAKEN", "CREW_NAME_TAKEN", "CREW_NAME_TAKEN"]);
    }
  });

  it("put a user who joins and makes several at once into one", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const one = await create(`One ${round}`, userNumber(500 + 3 * round));
      const two = await create(`Two ${round}`, userNumber(501 + 3 * round));
      const as = userNumber(502 + 3 * round);
      const answers = await race([
        (instance) => game.post(`/crews/${one}/join`, { as, instance }),
        (instance) => game.post(`/crews/${two}/join`, { as, instance }),
        (instance) => game.post("/crews", { as, body: { name: `Own ${round}` }, instance }),
        (instance) => game.post(`/crews/${one}/join`, { as, instance }),
      ]);
      expect(won(answers)).toBe(1);
      const lost = answers.filter(({ status }) => status !== 200);
      expect(lost.map(codeOf)).toEqual(Array(3).fill("CREW_ALREADY_MEMBER"));
      const rows = await game.database.query(
        "SELECT crew_id FROM ghostnet.crew_members WHERE user_address = $1",
        [as.toLowerCase()],
      );
      expect(rows).toHaveLength(1);
      // the crew of a lost POST /crews is not there either
      const own = (await game.get(`/crews?search=own%20${round}`)).body.total;
      expect(own).toBe(answers[2]?.status === 200 ? 1 : 0);
    }
  });

  it("never leave a crew without members, nor a member without a crew, when the last leaves as one joins", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const id = await create(`Last ${round}`);
      const [left, joined] = await race([
        (instance) => game.post(`/crews/${id}/leave`, { as: ALICE, instance }),
        (instance) => game.post(`/crews/${id}/join`, { as: BOB, instance }),
      ]);
      expect(left?.status).toBe(200);
      const crew = await game.get(`/crews/${id}`);
      if (joined?.status === 200) {
        expect(crew.body.members).toMatchObject([{ address: BOB }]);
        await game.post(`/crews/${id}/leave`, { as: BOB });
      } else {
        expect(codeOf(joined as Answer)).toBe("CREW_UNKNOWN");
        expect(codeOf(crew)).toBe("CREW_UNKNOWN");
      }
    }
    const [rest] = await game.database.query(
      "SELECT (SELECT count(*) FROM ghostnet.crews) + (SELECT count(*) FROM ghostnet.crew_members) AS n",
    );
    expect(rest).toEqual({ n: 0n });
  });

  it("count every change once, without a gap", async () => {
    await create("Counted");
    const rows = await game.database.query<{ version: bigint }>(
      "SELECT version FROM ghostnet.crew_changes ORDER BY version",
    );
    const versions = rows.map(({ version }) => version);
    const [first = 0n] = versions;
    expect(versions).toEqual(versions.map((_, index) => first + BigInt(index)));
    const [state] = await game.database.query("SELECT version FROM ghostnet.crew_state");
    expect(state).toEqual({ version: versions.at(-1) });
  });
});
