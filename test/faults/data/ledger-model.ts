import type { Database } from "@ghostchain/database";
import { listFeed } from "@ghostchain/feed";
import { getAddress } from "viem";
import { blocksOf, type SimBlock, transactionHashOf } from "../chain/sim-chain.ts";
import { START_BLOCK } from "./ledger-product.ts";

/** What tables and feed must hold for a chain, a line of text each: what differs can be shown. */
export interface LedgerState {
  readonly accounts: readonly string[];
  readonly movements: readonly string[];
  readonly tallies: readonly string[];
  readonly best: readonly string[];
  /** Of the events that stand, oldest first. */
  readonly feed: readonly string[];
}

/** Computed from the chain directly, event by event, with nothing in between. */
export function expectedState(head: SimBlock): LedgerState {
  const balances = new Map<string, bigint>();
  const best = new Map<string, { amount: bigint; times: number }>();
  const tallies = new Map<string, { count: number; latest: bigint }>();
  let movements: { text: string; account: string }[] = [];
  const feed: string[] = [];
  const count = (kind: string, latest: bigint) =>
    tallies.set(kind, { count: (tallies.get(kind)?.count ?? 0) + 1, latest });
  for (const block of blocksOf(head).filter(({ number }) => number >= START_BLOCK)) {
    const timestamp = Number(block.timestamp) * 1_000;
    for (const [index, event] of block.events.entries()) {
      if (event.kind === "closed") {
        const who = getAddress(event.who);
        best.delete(who);
        if (balances.delete(who)) count("closed", block.number);
        movements = movements.filter(({ account }) => account !== who);
        feed.push(JSON.stringify({ type: "CLOSED", timestamp, who }));
        continue;
      }
      const { amount } = event;
      const [from, to] = [getAddress(event.from), getAddress(event.to)];
      balances.set(from, (balances.get(from) ?? 0n) - amount);
      balances.set(to, (balances.get(to) ?? 0n) + amount);
      const { amount: highest, times } = best.get(to) ?? { amount: 0n, times: 0 };
      best.set(to, { amount: amount > highest ? amount : highest, times: times + 1 });
      const text = `${transactionHashOf(block, index)} ${index} ${to} ${amount} ${timestamp}`;
      movements.push({ text, account: to });
      count("moved", block.number);
      feed.push(JSON.stringify({ type: "MOVED", timestamp, to, amount: amount.toString() }));
    }
  }
  return {
    accounts: [...balances].map(([address, balance]) => `${address} ${balance}`).sort(),
    movements: movements.map(({ text }) => text).sort(),
    tallies: [...tallies].map(([kind, { count: n, latest }]) => `${kind} ${n} ${latest}`).sort(),
    best: [...best].map(([who, { amount, times }]) => `${who} ${amount} ${times}`).sort(),
    feed,
  };
}

/** What is in the database. */
export async function storedState(database: Database): Promise<LedgerState> {
  const rows = await database.query<{ part: string; line: string }>(STORED, []);
  const feed = await listFeed(database, { limit: 1_000_000 });
  const of = (part: string) => rows.filter((row) => row.part === part).map(({ line }) => line);
  return {
    accounts: of("account").sort(),
    movements: of("movement").sort(),
    tallies: of("tally").sort(),
    best: of("best").sort(),
    feed: feed.reverse().map((row) => JSON.stringify(row.kind === "event" ? row.event : null)),
  };
}

const STORED = `
  SELECT part, line FROM (
    SELECT 'account' AS part, address || ' ' || balance AS line FROM ledger.account
    UNION ALL SELECT 'movement', concat_ws(' ', tx, log_index, account, amount,
      (extract(epoch FROM at) * 1000)::bigint) FROM ledger.movement
    UNION ALL SELECT 'tally', concat_ws(' ', kind, count, latest) FROM ledger.tally
    UNION ALL SELECT 'best', concat_ws(' ', address, amount, times) FROM board.best
  ) AS all_parts`;
