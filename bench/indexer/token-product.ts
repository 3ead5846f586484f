import { defineProduct, type Product } from "@ghostchain/product";
import { type Address, parseAbi } from "viem";

interface AccountRow {
  readonly address: string;
  readonly balance: bigint;
}

interface TransferRow {
  readonly id: string;
  readonly from_address: string;
  readonly to_address: string;
  readonly value: bigint;
  readonly block_number: number;
  readonly at: Date;
}

/** What Ponder's side of the bench does too: a balance for each address, and a row for each transfer. */
export function tokenProduct(address: Address): Product {
  const abi = parseAbi(["event Transfer(address indexed from, address indexed to, uint256 value)"]);
  return defineProduct({
    name: "token",
    contracts: { Token: { abi, address, startBlock: 1n } },
    migrations: [
      {
        id: "001-token",
        sql: `
          CREATE TABLE accounts (address text PRIMARY KEY, balance numeric(78, 0) NOT NULL);
          CREATE TABLE transfers (
            id text PRIMARY KEY, from_address text NOT NULL, to_address text NOT NULL,
            value numeric(78, 0) NOT NULL, block_number integer NOT NULL, at timestamptz NOT NULL);
          CREATE INDEX transfers_block ON transfers (block_number);
        `,
      },
    ],
    tables: ["accounts", "transfers"],
    projections: {
      "Token:Transfer": async (event, sql) => {
        const { from, to, value } = event.args;
        const accounts = sql.table<AccountRow>("accounts");
        await accounts.upsert({ address: from, balance: -value }, ({ balance }) => ({
          balance: balance - value,
        }));
        await accounts.upsert({ address: to, balance: value }, ({ balance }) => ({
          balance: balance + value,
        }));
        sql.table<TransferRow>("transfers").insert({
          id: `${event.transactionHash}:${event.logIndex}`,
          from_address: from,
          to_address: to,
          value,
          block_number: Number(event.blockNumber),
          at: new Date(event.blockTimestampMs),
        });
      },
    },
  });
}
