import type { Sql } from "@ghostchain/database";
import type { ChainEvent } from "@ghostchain/product";
import type { Address } from "viem";
import { blockTime, eventKey } from "./event-key.ts";

/**
 * `extracted`: principal and rewards taken out. `gain` and `loss` make up the pnl: rewards and jackpots,
 * penalties and lost principal. `streak`: a streak of survived scans, of which the longest counts.
 */
export type ResultKind = "extracted" | "gain" | "loss" | "streak";

/** Writes one line of what leaderboards rank; nothing for zero. */
export async function recordResult(
  sql: Sql,
  event: ChainEvent,
  result: { user: Address; kind: ResultKind; value: bigint },
): Promise<void> {
  if (result.value === 0n) return;
  await sql.query(
    "INSERT INTO ghostnet.results (id, user_address, kind, value, at) VALUES ($1, $2, $3, $4, $5)",
    [
      `${eventKey(event)}:${result.kind}`,
      result.user.toLowerCase(),
      result.kind,
      result.value,
      blockTime(event),
    ],
  );
}
