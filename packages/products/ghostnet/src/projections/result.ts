import type { BlockSql, ChainEvent } from "@ghostchain/product";
import type { Address } from "viem";
import { blockTime } from "./event-key.ts";
import { daysOf, usersOf } from "./tables.ts";

/** What an event means for a user's standing. */
export interface Result {
  readonly user: Address;
  /** Principal and rewards taken out, in wei. */
  readonly extracted?: bigint;
  /** Rewards and jackpots, less penalties and lost principal, in wei. */
  readonly pnl?: bigint;
  /** Scans survived in a row. */
  readonly streak?: number;
}

/** Adds a result to the user's totals and to those of the day. */
export async function recordResult(
  sql: BlockSql,
  event: ChainEvent,
  result: Result,
): Promise<void> {
  const { extracted = 0n, pnl = 0n, streak = 0 } = result;
  const address = result.user.toLowerCase();
  const at = blockTime(event);
  await usersOf(sql).upsert(
    {
      ...{ address, created_at: at, pnl, position_id: null },
      ...{ total_extracted: extracted, ghost_streak_best: streak },
    },
    (user) => ({
      total_extracted: user.total_extracted + extracted,
      pnl: user.pnl + pnl,
      ghost_streak_best: Math.max(user.ghost_streak_best, streak),
    }),
  );
  const day = at.toISOString().slice(0, 10);
  await daysOf(sql).upsert(
    { user_address: address, day, extracted, pnl, streak_best: streak },
    (was) => ({
      extracted: was.extracted + extracted,
      pnl: was.pnl + pnl,
      streak_best: Math.max(was.streak_best, streak),
    }),
  );
}
