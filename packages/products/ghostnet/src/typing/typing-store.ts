import { randomBytes } from "node:crypto";
import type { Database, Sql } from "@ghostchain/database";
import type { Address } from "viem";
import type { SignedBoost } from "../boosts/boost-signer.ts";
import { GhostnetError, type GhostnetFault } from "../ghostnet-error.ts";
import type { TypingScore } from "./judge-typing.ts";
import { chooseCommand } from "./typing-commands.ts";

const CHALLENGE_LIFETIME_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const GAMES_PER_HOUR = 10;
/** Open at once; so that nobody fills the table, or picks among hundreds of commands. */
const OPEN_CHALLENGES = 20;

export interface Challenge {
  readonly id: string;
  readonly command: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** @throws {GhostnetError} `TYPING_TOO_MANY_GAMES`, `TYPING_TOO_MANY_CHALLENGES` */
export async function issueChallenge(sql: Sql, user: Address, nowMs: number): Promise<Challenge> {
  await requireGamesLeft(sql, user, nowMs);
  const challenge = {
    id: randomBytes(16).toString("base64url"),
    command: chooseCommand(),
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + CHALLENGE_LIFETIME_MS,
  };
  const issued = await sql.query(
    `INSERT INTO ghostnet.typing_challenges (id, user_address, command, issued_at, expires_at)
     SELECT $1, $2, $3, $4, $5 WHERE (
       SELECT count(*) FROM ghostnet.typing_challenges
       WHERE user_address = $2 AND expires_at > $4 AND used_at IS NULL
     ) < ${OPEN_CHALLENGES} RETURNING id`,
    [
      ...[challenge.id, user.toLowerCase(), challenge.command],
      ...[new Date(nowMs), new Date(challenge.expiresAtMs)],
    ],
  );
  if (issued.length === 0) {
    throw new GhostnetError(
      { code: "TYPING_TOO_MANY_CHALLENGES", status: 429 },
      `you have ${OPEN_CHALLENGES} open challenges: use one, or wait until they expire`,
    );
  }
  return challenge;
}

/**
 * A challenge that `user` may still use, as far as can be seen now; `recordGame` decides.
 *
 * @throws {GhostnetError} `TYPING_CHALLENGE_UNKNOWN`, `_FOREIGN`, `_USED`, `_EXPIRED`
 */
export async function findChallenge(
  sql: Sql,
  id: string,
  user: Address,
  nowMs: number,
): Promise<Challenge> {
  const [row] = await sql.query<ChallengeRow>(
    "SELECT * FROM ghostnet.typing_challenges WHERE id = $1",
    [id],
  );
  if (row === undefined) throw refuse(UNKNOWN);
  if (row.user_address !== user.toLowerCase()) throw refuse(FOREIGN);
  if (row.used_at !== null) throw refuse(USED);
  if (row.expires_at.getTime() <= nowMs) throw refuse(EXPIRED);
  return {
    ...{ id, command: row.command },
    issuedAtMs: row.issued_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
  };
}

interface ChallengeRow {
  readonly [column: string]: unknown;
  readonly user_address: string;
  readonly command: string;
  readonly issued_at: Date;
  readonly expires_at: Date;
  readonly used_at: Date | null;
}

export interface Game {
  readonly challenge: Challenge;
  readonly user: Address;
  readonly score: TypingScore;
  readonly refusal?: string;
  readonly boost?: SignedBoost;
}

/**
 * Uses the challenge up and counts the game, in one transaction: of any number that hand in one challenge at once,
 * through any process, one gets through.
 *
 * @throws {GhostnetError} `TYPING_CHALLENGE_USED`, `_EXPIRED` and so on; `TYPING_TOO_MANY_GAMES`. Then nothing changed
 */
export async function recordGame(database: Database, game: Game, nowMs: number): Promise<void> {
  const { challenge, user, score } = game;
  await database.transaction(async (sql) => {
    const used = await sql.query(
      `UPDATE ghostnet.typing_challenges SET used_at = $3
       WHERE id = $1 AND user_address = $2 AND used_at IS NULL AND expires_at > $3 RETURNING id`,
      [challenge.id, user.toLowerCase(), new Date(nowMs)],
    );
    if (used.length === 0) {
      await findChallenge(sql, challenge.id, user, nowMs);
      throw refuse(USED);
    }
    await countGame(sql, user, nowMs);
    await sql.query(
      `INSERT INTO ghostnet.typing_results (challenge_id, user_address, command, accuracy, wpm,
         duration_ms, refusal, boost, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        ...[challenge.id, user.toLowerCase(), challenge.command],
        // a game of no duration is infinitely fast
        ...[score.accuracy, Number.isFinite(score.wpm) ? score.wpm : 0],
        ...[clampToInteger(score.durationMs), game.refusal ?? null],
        ...[game.boost ?? null, new Date(nowMs)],
      ],
    );
  });
}

const RECENT = "SELECT at FROM unnest(p.games) at WHERE at > $2::timestamptz - interval '1 hour'";

/** The row's lock makes it exact: whoever comes second counts the first. */
async function countGame(sql: Sql, user: Address, nowMs: number): Promise<void> {
  const counted = await sql.query(
    `INSERT INTO ghostnet.typing_players AS p (user_address, games)
     VALUES ($1, ARRAY[$2::timestamptz])
     ON CONFLICT (user_address) DO UPDATE SET games = ARRAY(${RECENT}) || $2::timestamptz
     WHERE cardinality(ARRAY(${RECENT})) < ${GAMES_PER_HOUR} RETURNING user_address`,
    [user.toLowerCase(), new Date(nowMs)],
  );
  if (counted.length === 0) throw tooManyGames(await recentGames(sql, user, nowMs), nowMs);
}

async function requireGamesLeft(sql: Sql, user: Address, nowMs: number): Promise<void> {
  const recent = await recentGames(sql, user, nowMs);
  if (recent.length >= GAMES_PER_HOUR) throw tooManyGames(recent, nowMs);
}

/** Of the last hour, oldest first. */
async function recentGames(sql: Sql, user: Address, nowMs: number): Promise<Date[]> {
  const rows = await sql.query<{ at: Date }>(
    `SELECT at FROM ghostnet.typing_players p, unnest(p.games) at
     WHERE p.user_address = $1 AND at > $2::timestamptz - interval '1 hour' ORDER BY at`,
    [user.toLowerCase(), new Date(nowMs)],
  );
  return rows.map(({ at }) => at);
}

function tooManyGames(recent: readonly Date[], nowMs: number): GhostnetError {
  const freeAtMs = (recent.at(-GAMES_PER_HOUR)?.getTime() ?? nowMs) + HOUR_MS;
  const retryAfterSeconds = Math.max(1, Math.ceil((freeAtMs - nowMs) / 1_000));
  return new GhostnetError(
    { code: "TYPING_TOO_MANY_GAMES", status: 429, retryAfterSeconds },
    `${GAMES_PER_HOUR} games an hour are allowed: the next in ${retryAfterSeconds} s`,
  );
}

/** What an `integer` column holds. */
function clampToInteger(value: number): number {
  return Math.round(Math.max(-(2 ** 31), Math.min(value, 2 ** 31 - 1)));
}

/** Forgets challenges that nobody can use, an hour after they expired. */
export async function forgetChallenges(sql: Sql, nowMs: number): Promise<void> {
  await sql.query("DELETE FROM ghostnet.typing_challenges WHERE expires_at < $1", [
    new Date(nowMs - HOUR_MS),
  ]);
}

type ChallengeCode = `TYPING_CHALLENGE_${"UNKNOWN" | "FOREIGN" | "USED" | "EXPIRED"}`;
type ChallengeFault = Extract<GhostnetFault, { code: ChallengeCode }>;

const UNKNOWN: ChallengeFault = { code: "TYPING_CHALLENGE_UNKNOWN", status: 404 };
const FOREIGN: ChallengeFault = { code: "TYPING_CHALLENGE_FOREIGN", status: 403 };
const USED: ChallengeFault = { code: "TYPING_CHALLENGE_USED", status: 409 };
const EXPIRED: ChallengeFault = { code: "TYPING_CHALLENGE_EXPIRED", status: 410 };

const REASONS: Readonly<Record<ChallengeCode, string>> = {
  TYPING_CHALLENGE_UNKNOWN: "there is no such challenge, or no longer",
  TYPING_CHALLENGE_FOREIGN: "this challenge was given to somebody else",
  TYPING_CHALLENGE_USED: "this challenge was used: one game a challenge",
  TYPING_CHALLENGE_EXPIRED: "this challenge is older than five minutes",
};

function refuse(fault: ChallengeFault): GhostnetError {
  const next = "ask for another at POST /minigame/typing/challenge";
  return new GhostnetError(fault, `${REASONS[fault.code]}; ${next}`);
}
