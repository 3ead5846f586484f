import type { Database } from "@ghostchain/database";
import { listFeed } from "@ghostchain/feed";
import { concatHex, getAddress, keccak256, numberToHex } from "viem";
import { emitterOf, type FakeBlock } from "./fake-chain.ts";
import { LEDGER_ADDRESS } from "./ledger-product.ts";

/** What the ledger's tables and feed must hold for a chain. */
export interface LedgerState {
  readonly accounts: readonly { address: string; balance: bigint }[];
  readonly movements: readonly { tx: string; account: string; amount: bigint; at: Date }[];
  readonly feed: readonly { type: string; timestamp: number; to: string; amount: string }[];
}

/** Computed from the chain directly, block by block, with nothing in between. */
export function expectedState(blocks: readonly FakeBlock[], startBlock: bigint): LedgerState {
  const balances = new Map<string, bigint>();
  let movements: { tx: string; account: string; amount: bigint; at: Date }[] = [];
  const feed: LedgerState["feed"][number][] = [];
  for (const block of blocks.filter(({ number }) => number >= startBlock)) {
    const timestamp = Number(block.timestamp) * 1_000;
    for (const [index, event] of block.events.entries()) {
      if (event.kind === "opened" || emitterOf(event) !== LEDGER_ADDRESS) continue;
      if (event.kind === "closed") {
        const who = getAddress(event.who);
        balances.delete(who);
        movements = movements.filter((movement) => movement.account !== who);
        continue;
      }
      const [from, to] = [getAddress(event.from), getAddress(event.to)];
      balances.set(from, (balances.get(from) ?? 0n) - event.amount);
      balances.set(to, (balances.get(to) ?? 0n) + event.amount);
      const tx = keccak256(concatHex([block.hash, numberToHex(index, { size: 1 })]));
      movements.push({ tx, account: to, amount: event.amount, at: new Date(timestamp) });
      feed.push({ type: "MOVED", timestamp, to, amount: event.amount.toString() });
    }
  }
  const accounts = [...balances].map(([address, balance]) => ({ address, balance }));
  return {
    accounts: accounts.sort((a, b) => (a.address < b.address ? -1 : 1)),
    movements: movements.sort((a, b) => (a.tx < b.tx ? -1 : 1)),
    feed,
  };
}

/** What is in the database. */
export async function storedState(database: Database): Promise<LedgerState> {
  const feed = await listFeed(database, { limit: 100_000 });
  const events = feed.flatMap((row) => (row.kind === "event" ? [row.event] : []));
  return {
    accounts: await database.query<LedgerState["accounts"][number]>(
      `SELECT address, balance FROM ledger.account ORDER BY address COLLATE "C"`,
    ),
    movements: await database.query<LedgerState["movements"][number]>(
      `SELECT tx, account, amount, at FROM ledger.movement ORDER BY tx COLLATE "C"`,
    ),
    feed: events.reverse() as unknown as LedgerState["feed"],
  };
}
