/** Our side of the bench, as a process: `our-indexer.ts DATABASE RPC_URL ADDRESS PORT`. */
import { createServer } from "node:http";
import {
  createEmbeddedDatabase,
  createPgliteDatabase,
  createServerDatabase,
  type Database,
} from "@ghostchain/database";
import { createInProcessBus } from "@ghostchain/event-bus";
import { createIndexer } from "@ghostchain/indexer";
import {
  createLogger,
  createMetrics,
  Health,
  type Logger,
  runServices,
  systemClock,
} from "@ghostchain/service";
import type { Address } from "viem";
import { tokenProduct } from "./token-product.ts";

const [where = "", rpc = "", address = "", port = "0"] = process.argv.slice(2);
const logger = createLogger({ level: "warn" });
const database = openDatabase(where, logger);
const bus = createInProcessBus({ logger });
const metrics = createMetrics({ processMetrics: false });
const indexer = createIndexer(
  { database, bus, clock: systemClock, logger, metrics, health: new Health() },
  { products: [tokenProduct(address as Address)], rpc, pollMs: 5 },
);
const stop = await runServices([database, bus, indexer], new AbortController().signal, logger);

/** PGlite lives in this process alone, so what is in it is asked here. */
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const rows = await database.query(Buffer.concat(chunks).toString());
  const text = (_: string, value: unknown) => (typeof value === "bigint" ? `${value}` : value);
  response.end(JSON.stringify(rows, text));
});
server.listen(Number(port), "127.0.0.1");
process.once("SIGTERM", async () => {
  server.close();
  await stop();
});

function openDatabase(kind: string, log: Logger): Database {
  const [name = "", dataDir = ""] = kind.split("=");
  if (name === "embedded") return createEmbeddedDatabase({ logger: log }, { dataDir });
  if (name === "pglite") return createPgliteDatabase({ logger: log }, { dataDir });
  return createServerDatabase({ logger: log }, { url: kind });
}
