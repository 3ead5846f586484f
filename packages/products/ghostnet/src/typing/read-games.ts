import type { Sql } from "@ghostchain/database";
import type { Address } from "viem";
import type { SignedBoost } from "../boosts/boost-signer.ts";

const GAMES_MAX = 50;

/** Newest first. With the boosts, so that one whose answer was lost is not. */
export async function listGames(sql: Sql, user: Address) {
  const rows = await sql.query<{
    challenge_id: string;
    command: string;
    accuracy: number;
    wpm: number;
    duration_ms: number;
    refusal: string | null;
    boost: SignedBoost | null;
    created_at: Date;
  }>(
    `SELECT * FROM ghostnet.typing_results WHERE user_address = $1
     ORDER BY created_at DESC, challenge_id LIMIT ${GAMES_MAX}`,
    [user.toLowerCase()],
  );
  return rows.map((row) => ({
    challengeId: row.challenge_id,
    command: row.command,
    accuracy: row.accuracy,
    wpm: row.wpm,
    duration: row.duration_ms,
    refusal: row.refusal,
    boost: row.boost,
    playedAt: row.created_at.toISOString(),
  }));
}
