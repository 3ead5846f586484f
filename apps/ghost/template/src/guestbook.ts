import { fileURLToPath } from "node:url";
import { compileFile } from "@ghostchain/contracts";
import { defineProduct, type Product, type ProductContext } from "@ghostchain/product";
import { parseAbi } from "viem";
import { type EntryRow, entriesRoute } from "./entries-route.ts";

export const guestbookAbi = parseAbi([
  "event Signed(uint256 indexed id, address indexed author, string message)",
  "event Erased(uint256 indexed id)",
  "function sign(string message) returns (uint256 id)",
  "function erase(uint256 id)",
]);

const SOURCE = fileURLToPath(new URL("../contracts/Guestbook.sol", import.meta.url));

/** A guestbook on a chain: who wrote what, as a table, a live feed and an HTTP route. */
export async function guestbook({ deploy }: ProductContext): Promise<Product> {
  const { bytecode } = await compileFile(SOURCE, "Guestbook");
  return defineProduct({
    name: "guestbook",
    contracts: {
      Guestbook: {
        abi: guestbookAbi,
        address: deploy({ name: "Guestbook", initCode: bytecode }),
        startBlock: 0n,
      },
    },
    migrations: [
      {
        id: "001-entries",
        sql: `CREATE TABLE entries (
          id numeric PRIMARY KEY,
          author text NOT NULL,
          message text NOT NULL,
          written_at timestamptz NOT NULL
        )`,
      },
    ],
    // a reorganization of the chain puts these back as they were
    tables: ["entries"],
    projections: {
      "Guestbook:Signed": async ({ args, blockTimestampMs }, sql) => {
        sql.table<EntryRow>("entries").insert({
          id: args.id,
          author: args.author.toLowerCase(),
          message: args.message,
          written_at: new Date(blockTimestampMs),
        });
      },
      "Guestbook:Erased": async ({ args }, sql) => {
        await sql.table<EntryRow>("entries").delete({ id: args.id });
      },
    },
    feed: {
      "Guestbook:Signed": async ({ args, blockTimestampMs: timestamp }) => ({
        event: { type: "SIGNED", timestamp, address: args.author, message: args.message },
        topics: [],
        subjects: [args.author],
      }),
    },
    routes: [entriesRoute],
  });
}
