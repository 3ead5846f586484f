import type { Database } from "@ghostchain/database";
import { listFeed } from "@ghostchain/feed";
import { defineProduct, type Product } from "@ghostchain/product";
import { type Address, getAddress } from "viem";
import type { FakeBlock } from "./fake-chain.ts";
import { LEDGER_ABI } from "./ledger-product.ts";

/** A factory of ledgers. */
export const BANK_ABI = [
  {
    type: "event",
    name: "Opened",
    inputs: [{ name: "branch", type: "address", indexed: true }],
  },
] as const;

export const BANK_ADDRESS: Address = "0x00000000000000000000000000000000000bA9C0";

/** What moved in each branch, and the branches themselves. */
export function bankProduct(options: { startBlock: bigint; chain?: string }): Product {
  const { startBlock, chain } = options;
  return defineProduct({
    name: "bank",
    ...(chain === undefined ? {} : { chain }),
    contracts: {
      Bank: { abi: BANK_ABI, address: BANK_ADDRESS, startBlock },
      Branch: {
        abi: LEDGER_ABI,
        factory: { contract: "Bank", event: "Opened", parameter: "branch" },
        startBlock,
      },
    },
    migrations: [
      {
        id: "001-bank",
        sql: `
          CREATE TABLE branch (address text PRIMARY KEY, moved numeric NOT NULL, times int NOT NULL);
        `,
      },
    ],
    tables: ["branch"],
    projections: {
      "Bank:Opened": async ({ args }, sql) => {
        const open = "INSERT INTO bank.branch VALUES ($1, 0, 0) ON CONFLICT DO NOTHING";
        sql.send(open, [args.branch]);
      },
      "Branch:Moved": async ({ args, address }, sql) => {
        const move =
          "UPDATE bank.branch SET moved = moved + $2, times = times + 1 WHERE address = $1";
        sql.send(move, [address, args.amount]);
      },
    },
    feed: {
      "Branch:Moved": async ({ args, address, blockTimestampMs: timestamp }) => ({
        event: { type: "BRANCH_MOVED", timestamp, branch: address, amount: args.amount.toString() },
        topics: [],
        subjects: [],
      }),
    },
  });
}

export interface BankState {
  readonly branches: readonly { address: string; moved: bigint; times: number }[];
  readonly feed: readonly { branch: string; amount: string }[];
}

/** Computed from the chain directly. */
export function expectedBank(blocks: readonly FakeBlock[], startBlock: bigint): BankState {
  const branches = new Map<string, { address: string; moved: bigint; times: number }>();
  const feed: { branch: string; amount: string }[] = [];
  for (const event of blocks.filter((b) => b.number >= startBlock).flatMap((b) => b.events)) {
    if (event.kind === "opened") {
      const address = getAddress(event.branch);
      if (!branches.has(address)) branches.set(address, { address, moved: 0n, times: 0 });
    }
    if (event.kind !== "moved" || event.at === undefined) continue;
    const branch = branches.get(getAddress(event.at));
    if (branch === undefined) continue;
    branch.moved += event.amount;
    branch.times += 1;
    feed.push({ branch: branch.address, amount: event.amount.toString() });
  }
  const sorted = [...branches.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
  return { branches: sorted, feed };
}

/** What is in the database. */
export async function storedBank(database: Database): Promise<BankState> {
  const feed = await listFeed(database, { limit: 1_000_000 });
  return {
    branches: await database.query<BankState["branches"][number]>(
      `SELECT address, moved, times FROM bank.branch ORDER BY address COLLATE "C"`,
    ),
    feed: feed.reverse().flatMap((row) => {
      if (row.kind !== "event" || row.event.type !== "BRANCH_MOVED") return [];
      return [{ branch: String(row.event.branch), amount: String(row.event.amount) }];
    }),
  };
}
