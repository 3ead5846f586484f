import type { BlockSql, ChainEvent } from "@ghostchain/product";
import type { Address } from "viem";
import { blockTime } from "./event-key.ts";

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
export function recordResult(sql: BlockSql, event: ChainEvent, result: Result): void {
  const { extracted = 0n, pnl = 0n, streak = 0 } = result;
  const values = [result.user.toLowerCase(), blockTime(event), extracted, pnl, streak];
  sql.send(
    `INSERT INTO ghostnet.users AS u
       (address, created_at, total_extracted, pnl, ghost_streak_best)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (address) DO UPDATE SET
       total_extracted = u.total_extracted + EXCLUDED.total_extracted,
       pnl = u.pnl + EXCLUDED.pnl,
       ghost_streak_best = GREATEST(u.ghost_streak_best, EXCLUDED.ghost_streak_best)`,
    values,
  );
  sql.send(
    `INSERT INTO ghostnet.days AS d (user_address, day, extracted, pnl, streak_best)
     VALUES ($1, ($2::timestamptz AT TIME ZONE 'UTC')::date, $3, $4, $5)
     ON CONFLICT (user_address, day) DO UPDATE SET
       extracted = d.extracted + EXCLUDED.extracted,
       pnl = d.pnl + EXCLUDED.pnl,
       streak_best = GREATEST(d.streak_best, EXCLUDED.streak_best)`,
    values,
  );
}
