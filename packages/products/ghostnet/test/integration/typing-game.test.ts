import { createSilentLogger } from "@ghostchain/service";
import type { Address } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { TYPING_COMMANDS } from "../../src/typing/typing-commands.ts";
import { forgetChallenges } from "../../src/typing/typing-store.ts";
import { anvil, BoostStand } from "../support/boost-stand.ts";
import { type Answer, userNumber } from "../support/game-api.ts";

const CHALLENGE = "/minigame/typing/challenge";
const MINUTE_MS = 60_000;

let stand: BoostStand;
beforeAll(async () => {
  if (!anvil) return;
  stand = await BoostStand.open(createSilentLogger());
}, 120_000);
afterAll(() => stand?.close());
afterEach(async () => {
  await stand?.api.database.query(
    "DELETE FROM ghostnet.typing_players; DELETE FROM ghostnet.typing_challenges",
  );
});

let users = 0;
/** Someone new, with a live position as the tables have it. */
async function newPlayer(): Promise<Address> {
  const user = userNumber(9_000 + users++);
  await stand.api.database.query(
    `INSERT INTO ghostnet.positions (id, user_address, level, amount, entry_at, alive, tx_hash_in)
     VALUES ($1, $1, 1, 1, now(), true, $1)`,
    [user.toLowerCase()],
  );
  return user;
}

const codeOf = (answer: Answer) => answer.body.error?.code ?? answer.status;

async function gamesOf(user: Address) {
  return stand.api.database.query(
    "SELECT refusal, boost FROM ghostnet.typing_results WHERE user_address = $1 ORDER BY created_at",
    [user.toLowerCase()],
  );
}

describe.skipIf(!anvil)("the typing game", () => {
  it("gives a command of its own for five minutes", async () => {
    const user = await newPlayer();
    const { status, body } = await stand.api.post(CHALLENGE, { as: user });
    expect(status).toBe(200);
    expect(TYPING_COMMANDS).toContain(body.command);
    expect(body.issuedAt).toBe(stand.clock.now());
    expect(body.expiresAt - body.issuedAt).toBe(5 * MINUTE_MS);
    expect((await stand.api.post(CHALLENGE)).status).toBe(401);
  });

  it("answers with the score that it found, and the boost in the seed's shape", async () => {
    const user = await newPlayer();
    const game = await stand.game(user, { mistakes: 0, wpm: 76 });
    const { status, body } = await stand.handIn(user, game, 1);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ valid: true, accuracy: 1, wpm: expect.closeTo(76, 0) },
      boost: {
        ...{ type: 0, valueBps: 2_500, expiry: Math.floor(stand.clock.now() / 1_000) + 3_600 },
        nonce: expect.stringMatching(/^0x[0-9a-f]{64}$/),
        signature: expect.stringMatching(/^0x[0-9a-f]{130}$/),
      },
    });
  });

  it("gives no boost below half of the command, and none is needed to play", async () => {
    const user = userNumber(8_000);
    const game = await stand.game(user, { mistakes: 0.9, corrected: 0 });
    const { status, body } = await stand.handIn(user, game);
    expect(status).toBe(200);
    expect(body).toMatchObject({ valid: true, boost: null });
  });

  it("shows the user's games, and nobody else's", async () => {
    const [user, other] = [await newPlayer(), await newPlayer()];
    const game = await stand.game(user);
    const { body } = await stand.handIn(user, game);
    await stand.clock.advance(1_000);
    await stand.handIn(user, { ...(await stand.game(user)), wpm: 150 });
    const list = (as: Address) => stand.api.get("/minigame/typing/games", 0, as);
    expect((await list(user)).body.games).toMatchObject([
      { refusal: "TYPING_CLAIM_MISMATCH", boost: null },
      { challengeId: game.challengeId, command: game.command, refusal: null, boost: body.boost },
    ]);
    expect((await list(other)).body).toEqual({ games: [] });
    expect((await stand.api.get("/minigame/typing/games")).status).toBe(401);
  });

  it("forgets challenges an hour after they expired, and allows twenty at once", async () => {
    const user = await newPlayer();
    for (let open = 0; open < 20; open++)
      expect((await stand.api.post(CHALLENGE, { as: user })).status).toBe(200);
    expect(codeOf(await stand.api.post(CHALLENGE, { as: user }))).toBe(
      "TYPING_TOO_MANY_CHALLENGES",
    );
    await stand.clock.advance(66 * MINUTE_MS);
    await forgetChallenges(stand.api.database, stand.clock.now());
    expect(await stand.api.database.query("SELECT id FROM ghostnet.typing_challenges")).toEqual([]);
    expect((await stand.api.post(CHALLENGE, { as: user })).status).toBe(200);
  });
});

describe.skipIf(!anvil)("an attack on the typing game, through the API:", () => {
  it("a reused challenge", async () => {
    const user = await newPlayer();
    const game = await stand.game(user);
    expect((await stand.handIn(user, game)).status).toBe(200);
    const again = await stand.handIn(user, game, 1);
    expect(again).toMatchObject({
      status: 409,
      body: { error: { code: "TYPING_CHALLENGE_USED" } },
    });
  });

  it("a foreign challenge", async () => {
    const [user, other] = [await newPlayer(), await newPlayer()];
    const game = await stand.game(user);
    expect(await stand.handIn(other, game)).toMatchObject({
      ...{ status: 403, body: { error: { code: "TYPING_CHALLENGE_FOREIGN" } } },
    });
    expect((await stand.handIn(user, game)).status).toBe(200);
  });

  it("an unknown or an expired challenge", async () => {
    const user = await newPlayer();
    const game = await stand.game(user);
    for (const challengeId of ["nonsense", `${game.challengeId}x`, "' OR 1=1 --"])
      expect(codeOf(await stand.handIn(user, { ...game, challengeId }))).toBe(
        "TYPING_CHALLENGE_UNKNOWN",
      );
    await stand.clock.advance(5 * MINUTE_MS);
    const late = { ...game, timestamp: stand.clock.now() };
    expect(await stand.handIn(user, late)).toMatchObject({
      ...{ status: 410, body: { error: { code: "TYPING_CHALLENGE_EXPIRED" } } },
    });
  });

  it.each([
    ["forged WPM", { wpm: 130 }, "TYPING_CLAIM_MISMATCH"],
    ["superhuman WPM", { wpm: 900 }, "TYPING_WPM_IMPLAUSIBLE"],
    ["forged accuracy", { accuracy: 0.2 }, "TYPING_CLAIM_MISMATCH"],
    ["a command of the client's own", { command: "ls" }, "TYPING_CLAIM_MISMATCH"],
    ["a clock far ahead", { timestamp: 4e12 }, "TYPING_TIMESTAMP_FUTURE"],
    ["a clock far behind", { timestamp: 1.6e12 }, "TYPING_TIMESTAMP_OLD"],
    ["another duration", { duration: 90_000 }, "TYPING_DURATION_MISMATCH"],
    ["no keystrokes", { keystrokes: [] }, "TYPING_TIMELINE_INVALID"],
  ])("%s, after which the challenge is used up", async (_, forged, code) => {
    const user = await newPlayer();
    const game = await stand.game(user);
    const refused = await stand.handIn(user, { ...game, ...forged });
    expect(refused).toMatchObject({ status: 422, body: { error: { code } } });
    expect(refused.body.boost).toBeUndefined();
    expect(codeOf(await stand.handIn(user, game))).toBe("TYPING_CHALLENGE_USED");
    expect(await gamesOf(user)).toEqual([{ refusal: code, boost: null }]);
  });

  it("zero-variance timing", async () => {
    const user = await newPlayer();
    const game = await stand.game(user, { mistakes: 0 });
    const everyMs = game.duration / (game.command.length - 1);
    const keystrokes = [...game.command].map((key, i) => ({ key, atMs: i * everyMs }));
    expect(codeOf(await stand.handIn(user, { ...game, keystrokes }))).toBe("TYPING_MACHINE_LIKE");
  });

  it("bodies that are no games", async () => {
    const user = await newPlayer();
    const game = await stand.game(user);
    const many = Array.from({ length: 1_001 }, () => ({ key: "a", atMs: 1 }));
    for (const change of [
      { keystrokes: many },
      { keystrokes: [{ key: "a".repeat(33), atMs: 1 }] },
      { keystrokes: [{ key: "a" }] },
      { accuracy: 1.5 },
      { wpm: "76" },
      { challengeId: "x".repeat(65) },
      { timestamp: null },
    ]) {
      const refused = await stand.handIn(user, { ...game, ...change });
      expect(refused).toMatchObject({
        status: 400,
        body: { error: { code: "VALIDATION_FAILED" } },
      });
    }
    expect((await stand.handIn(user, game)).status).toBe(200);
  });
});

describe.skipIf(!anvil)("the typing game, over two processes at once,", () => {
  it("gives exactly one boost for one challenge", async () => {
    for (let round = 0; round < 8; round++) {
      const user = await newPlayer();
      const game = await stand.game(user);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, instance) => stand.handIn(user, game, instance)),
      );
      const given = answers.filter(({ status }) => status === 200);
      expect(given).toHaveLength(1);
      const lost = answers.filter(({ status }) => status !== 200).map(codeOf);
      expect(new Set(lost)).toEqual(new Set(["TYPING_CHALLENGE_USED"]));
      expect(await gamesOf(user)).toEqual([{ refusal: null, boost: given[0]?.body.boost }]);
    }
  });

  it("counts ten games an hour exactly, and tells when the next is allowed", async () => {
    const user = await newPlayer();
    const games = [];
    for (let count = 0; count < 14; count++) games.push(await stand.game(user, { wpm: 150 }));
    const answers = await Promise.all(
      games.map((game, instance) => {
        const timestamp = stand.clock.now();
        return stand.handIn(user, { ...game, timestamp }, instance);
      }),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(({ status }) => status)).toEqual([429, 429, 429, 429]);
    expect(new Set(refused.map(codeOf))).toEqual(new Set(["TYPING_TOO_MANY_GAMES"]));
    expect(refused[0]?.body.error.message).toContain("the next in 3600 s");
    expect(await gamesOf(user)).toHaveLength(10);
    // a game refused for its number leaves its challenge open, but no more are given out
    expect(codeOf(await stand.api.post(CHALLENGE, { as: user }))).toBe("TYPING_TOO_MANY_GAMES");
    await stand.clock.advance(59 * MINUTE_MS);
    expect((await stand.api.post(CHALLENGE, { as: user })).status).toBe(429);
    await stand.clock.advance(MINUTE_MS);
    expect((await stand.handIn(user, await stand.game(user))).status).toBe(200);
  });
});
