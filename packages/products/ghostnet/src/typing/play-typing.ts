import type { Database, Sql } from "@ghostchain/database";
import type { Address } from "viem";
import type { BoostSigner, SignedBoost } from "../boosts/boost-signer.ts";
import { GhostnetError, type JudgedFault } from "../ghostnet-error.ts";
import { judgeTyping, type TypingClaim, type TypingScore } from "./judge-typing.ts";
import { BOOST_DEATH_RATE, rewardBps } from "./typing-reward.ts";
import { findChallenge, type Game, recordGame } from "./typing-store.ts";

export interface TypingOutcome {
  readonly score: TypingScore;
  /** undefined for a game that earns none */
  readonly boost: SignedBoost | undefined;
}

/**
 * Judges a game that was handed in, and signs what it earned. A game that is refused uses its challenge up, or one
 * could try until it passes; what keeps an honest one from its boost (no position, no signer) leaves it open.
 *
 * @throws {GhostnetError} what `findChallenge`, `judgeTyping`, `recordGame` and the signer refuse;
 *   `BOOST_NEEDS_POSITION`
 */
export async function playTyping(
  { database, signer }: { database: Database; signer: BoostSigner },
  { user, challengeId, claim }: { user: Address; challengeId: string; claim: TypingClaim },
  nowMs: number,
): Promise<TypingOutcome> {
  const challenge = await findChallenge(database, challengeId, user, nowMs);
  const verdict = judgeTyping(claim, challenge, nowMs);
  const game: Game = { challenge, user, score: verdict.score };
  if (verdict.verdict === "refused") {
    const { fault } = verdict;
    await recordGame(database, { ...game, refusal: fault.code }, nowMs);
    throw new GhostnetError(fault, explain(fault));
  }
  const valueBps = rewardBps(verdict.score);
  if (valueBps === 0) {
    await recordGame(database, game, nowMs);
    return { score: verdict.score, boost: undefined };
  }
  await requirePosition(database, user);
  const boost = await signer.sign(database, { user, type: BOOST_DEATH_RATE, valueBps });
  await recordGame(database, { ...game, boost }, nowMs);
  return { score: verdict.score, boost };
}

async function requirePosition(sql: Sql, user: Address): Promise<void> {
  const live = await sql.query(
    "SELECT id FROM ghostnet.positions WHERE user_address = $1 AND alive",
    [user.toLowerCase()],
  );
  if (live.length > 0) return;
  throw new GhostnetError(
    { code: "BOOST_NEEDS_POSITION", status: 409 },
    "the contract boosts live positions only: jack in, then hand this game in again while its challenge lasts",
  );
}

function explain(fault: JudgedFault): string {
  switch (fault.code) {
    case "TYPING_TIMESTAMP_OLD":
      return "the game was over more than five minutes ago, by its timestamp: check your clock";
    case "TYPING_TIMESTAMP_FUTURE":
      return "the game's timestamp lies in the future: check your clock";
    case "TYPING_TIMELINE_INVALID":
      return `the keystrokes are no game: ${fault.reason}`;
    case "TYPING_WPM_IMPLAUSIBLE":
      return "the speed is not one of a person: 10 to 200 words a minute are expected";
    case "TYPING_DURATION_MISMATCH":
      return `the keystrokes took ${Math.round(fault.foundMs)} ms, which does not agree with the duration, or is longer than the challenge has been known`;
    case "TYPING_CLAIM_MISMATCH":
      return `${fault.field} is not what the keystrokes come to`;
    case "TYPING_MACHINE_LIKE":
      return "the keystrokes are as even as a machine's";
  }
}
