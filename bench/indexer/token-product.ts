import { defineProduct, type Product } from "@ghostchain/product";
import { type Address, parseAbi } from "viem";

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
        const change =
          "INSERT INTO token.accounts AS a VALUES ($1, $2) ON CONFLICT (address) DO UPDATE SET balance = a.balance + $2";
        sql.send(change, [from, -value]);
        sql.send(change, [to, value]);
        sql.send("INSERT INTO token.transfers VALUES ($1, $2, $3, $4, $5, $6)", [
          ...[`${event.transactionHash}:${event.logIndex}`, from, to, value],
          ...[Number(event.blockNumber), new Date(event.blockTimestampMs)],
        ]);
      },
    },
  });
}
