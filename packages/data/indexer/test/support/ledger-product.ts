import { defineProduct, type Product } from "@ghostchain/product";
import type { Address } from "viem";

/** The events of the contract that tests index: each kind of change a projection can make follows from one. */
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
  {
    type: "event",
    name: "Closed",
    inputs: [{ name: "who", type: "address", indexed: true }],
  },
] as const;

export const LEDGER_ADDRESS: Address = "0x000000000000000000000000000000000001eD9E";

interface AccountRow {
  readonly address: string;
  readonly balance: bigint;
}

interface MovementRow {
  readonly tx: string;
  readonly log_index: number;
  readonly account: string;
  readonly amount: bigint;
  readonly at: Date;
}

/** Balances that are inserted, updated and deleted, and a line for every movement. */
export function ledgerProduct(options: { startBlock: bigint; address?: Address }): Product {
  const { startBlock, address = LEDGER_ADDRESS } = options;
  return defineProduct({
    name: "ledger",
    contracts: { Ledger: { abi: LEDGER_ABI, address, startBlock } },
    migrations: [
      {
        id: "001-ledger",
        sql: `
          CREATE TABLE account (address text PRIMARY KEY, balance numeric(78, 0) NOT NULL, note text);
          CREATE TABLE movement (
            tx text NOT NULL, log_index int NOT NULL, account text NOT NULL REFERENCES account ON DELETE CASCADE,
            amount numeric NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (tx, log_index));
        `,
      },
    ],
    tables: ["account", "movement"],
    projections: {
      // Row by row and by statements in turns, as an author may.
      "Ledger:Moved": async ({ args, transactionHash, logIndex, blockTimestampMs }, sql) => {
        const { from, to, amount } = args;
        const accounts = sql.table<AccountRow>("account");
        await accounts.upsert({ address: from, balance: -amount }, ({ balance }) => ({
          balance: balance - amount,
        }));
        if (amount % 5n === 0n)
          sql.send(
            "INSERT INTO ledger.account AS a VALUES ($1, $2) ON CONFLICT (address) DO UPDATE SET balance = a.balance + $2",
            [to, amount],
          );
        else
          await accounts.upsert({ address: to, balance: amount }, ({ balance }) => ({
            balance: balance + amount,
          }));
        sql.table<MovementRow>("movement").insert({
          ...{ tx: transactionHash, log_index: logIndex, account: to, amount },
          at: new Date(blockTimestampMs),
        });
      },
      "Ledger:Closed": async ({ args, logIndex }, sql) => {
        if (logIndex % 2 === 0)
          await sql.table<AccountRow>("account").delete({ address: args.who });
        else await sql.query("DELETE FROM ledger.account WHERE address = $1", [args.who]);
      },
    },
    feed: {
      "Ledger:Moved": async ({ args, blockTimestampMs: timestamp }) => ({
        event: { type: "MOVED", timestamp, to: args.to, amount: args.amount.toString() },
        topics: [`address:${args.to}`],
        subjects: [args.from, args.to],
      }),
    },
    personal: async (address, sql) => {
      const [row] = await sql.query<{ balance: bigint }>(
        "SELECT balance FROM ledger.account WHERE address = $1",
        [address],
      );
      return { type: "POSITION_UPDATE", balance: (row?.balance ?? 0n).toString() };
    },
  });
}
