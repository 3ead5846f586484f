import { createEmbeddedDatabase, createServerDatabase } from "@ghostchain/database";
import { createInProcessBus } from "@ghostchain/event-bus";
import { createMetrics, createSilentLogger, Health, systemClock } from "@ghostchain/service";
import { createIndexer } from "../../src/indexer.ts";
import { bankProduct } from "../support/bank-product.ts";
import { ledgerProduct } from "../support/ledger-product.ts";

// Run as a process of its own by tests that kill it: an indexer on a data directory, or on a server.
const [where = "", rpc = "", product = "ledger"] = process.argv.slice(2);
const logger = createSilentLogger();
const forever = new AbortController().signal;
const database = where.startsWith("postgres:")
  ? createServerDatabase({ logger }, { url: where })
  : createEmbeddedDatabase({ logger }, { dataDir: where });
const bus = createInProcessBus({ logger });
await database.start(forever);
await bus.start(forever);
const metrics = createMetrics({ processMetrics: false });
const deps = { database, bus, clock: systemClock, logger, metrics, health: new Health() };
const products = [
  product === "bank" ? bankProduct({ startBlock: 1n }) : ledgerProduct({ startBlock: 1n }),
];
const settings = { products, rpc, pollMs: 5, horizonBlocks: 16, backfillLeaseMs: 1_000 };
const indexer = createIndexer(deps, settings);
await indexer.start(forever);
let told = "";
setInterval(() => {
  const hash = indexer.point?.hash ?? "";
  if (hash !== told) process.stdout.write(`${hash}\n`);
  told = hash;
}, 2);
