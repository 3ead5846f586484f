import { listFeed } from "@ghostchain/feed";
import { defineProduct, type Product } from "@ghostchain/product";
import type { Address } from "viem";

export const LEDGER_ABI = [
  {
    type: "event",
    name: "Moved",
    inputs: [
      { name: "from", type: "address", indexed: true },
      { name: "to", type: "address", indexed: true },
      { name: "amount", type: "uint256", indexed: false },
    ],
  },
  { type: "event", name: "Closed", inputs: [{ name: "who", type: "address", indexed: true }] },
] as const;

export const LEDGER_ADDRESS: Address = "0x000000000000000000000000000000000001eD9E";
export const START_BLOCK = 2n;

const TABLES = `
  CREATE TABLE account (address text PRIMARY KEY, balance numeric(78, 0) NOT NULL, note text);
  CREATE TABLE movement (
    tx text NOT NULL, log_index int NOT NULL, account text NOT NULL REFERENCES account ON DELETE CASCADE,
    amount numeric NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (tx, log_index));
  CREATE TABLE tally (kind text PRIMARY KEY, count bigint NOT NULL, latest bigint NOT NULL);
`;

const CHANGE = `
  INSERT INTO ledger.account AS a (address, balance) VALUES ($1, $2)
  ON CONFLICT (address) DO UPDATE SET balance = a.balance + $2`;
const COUNT = `
  INSERT INTO ledger.tally AS t VALUES ($1, 1, $2)
  ON CONFLICT (kind) DO UPDATE SET count = t.count + 1, latest = $2`;

/**
 * Each kind of table a product may have: rows that are inserted, updated and deleted, rows that go with those they
 * reference, counters. `release` changes its digest, as an update of its code would.
 */
export function ledgerProduct(release: number): Product {
  return defineProduct({
    name: "ledger",
    contracts: {
      Ledger: { abi: LEDGER_ABI, address: LEDGER_ADDRESS, startBlock: START_BLOCK },
    },
    migrations: [{ id: "001-ledger", sql: TABLES }],
    tables: release % 2 === 0 ? ["account", "movement", "tally"] : ["tally", "account", "movement"],
    projections: {
      "Ledger:Moved": async ({ args, transactionHash, logIndex, blockTimestampMs, ...at }, sql) => {
        sql.send(CHANGE, [args.from, -args.amount]);
        sql.send(CHANGE, [args.to, args.amount]);
        sql.send("INSERT INTO ledger.movement VALUES ($1, $2, $3, $4, $5)", [
          ...[transactionHash, logIndex, args.to, args.amount, new Date(blockTimestampMs)],
        ]);
        sql.send(COUNT, ["moved", at.blockNumber]);
      },
      "Ledger:Closed": async ({ args, blockNumber }, sql) => {
        const query = "DELETE FROM ledger.account WHERE address = $1 RETURNING balance";
        const [closed] = await sql.query<{ balance: bigint }>(query, [args.who]);
        if (closed) await sql.query(COUNT, ["closed", blockNumber]);
      },
    },
    feed: {
      "Ledger:Moved": async ({ args, blockTimestampMs: timestamp }) => ({
        event: { type: "MOVED", timestamp, to: args.to, amount: args.amount.toString() },
        topics: [`address:${args.to}`, "kind:moved"],
        subjects: [args.from, args.to],
      }),
      "Ledger:Closed": async ({ args, blockTimestampMs: timestamp }) => ({
        event: { type: "CLOSED", timestamp, who: args.who },
        topics: [`address:${args.who}`, "kind:closed"],
        subjects: [args.who],
      }),
    },
    personal: async (address, sql) => ({
      type: "POSITION_UPDATE",
      position: { owner: address, balance: await balanceOf(address, sql) },
    }),
    snapshot: async (sql, address) => ({
      standing: (await listFeed(sql, { limit: 1_000_000 })).map((row) => ({
        sequenceId: row.sequenceId,
        topics: row.topics,
        event: row.kind === "event" ? row.event : null,
      })),
      own: address === undefined ? null : await balanceOf(address, sql),
    }),
  });
}

async function balanceOf(
  address: Address,
  sql: Parameters<NonNullable<Product["personal"]>>[1],
): Promise<string | null> {
  const [row] = await sql.query<{ balance: bigint }>(
    "SELECT balance FROM ledger.account WHERE address = $1",
    [address],
  );
  return row === undefined ? null : row.balance.toString();
}

interface Best {
  readonly address: string;
  readonly kind: string;
  readonly amount: bigint;
  readonly times?: number;
}

/** Another product of the same contract, which works row by row. */
export function boardProduct(): Product {
  return defineProduct({
    name: "board",
    contracts: {
      Ledger: { abi: LEDGER_ABI, address: LEDGER_ADDRESS, startBlock: START_BLOCK },
    },
    migrations: [
      {
        id: "001-board",
        sql: `CREATE TABLE best (address text, kind text, amount numeric NOT NULL, times int NOT NULL DEFAULT 1,
          PRIMARY KEY (address, kind))`,
      },
    ],
    tables: ["best"],
    projections: {
      "Ledger:Moved": async ({ args }, sql) => {
        const best = sql.table<Best>("best");
        const key = { address: args.to, kind: "in" };
        const row = await best.find(key);
        if (row === undefined) best.insert({ ...key, amount: args.amount });
        else
          await best.update(key, {
            amount: args.amount > row.amount ? args.amount : row.amount,
            times: (row.times ?? 0) + 1,
          });
      },
      "Ledger:Closed": async ({ args }, sql) => {
        await sql.table<Best>("best").delete({ address: args.who, kind: "in" });
      },
    },
  });
}
