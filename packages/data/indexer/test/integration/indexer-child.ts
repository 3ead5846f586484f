import { createEmbeddedDatabase } from "@ghostchain/database";
import { createInProcessBus } from "@ghostchain/event-bus";
import { createMetrics, createSilentLogger, Health, systemClock } from "@ghostchain/service";
import { createIndexer } from "../../src/indexer.ts";
import { ledgerProduct } from "../support/ledger-product.ts";

// Run as a process of its own by kill.test.ts, which kills it: an indexer on a database of its own.
const [dataDir = "", rpc = ""] = process.argv.slice(2);
const logger = createSilentLogger();
const forever = new AbortController().signal;
const database = createEmbeddedDatabase({ logger }, { dataDir });
const bus = createInProcessBus({ logger });
await database.start(forever);
await bus.start(forever);
const metrics = createMetrics({ processMetrics: false });
const deps = { database, bus, clock: systemClock, logger, metrics, health: new Health() };
const products = [ledgerProduct({ startBlock: 1n })];
const indexer = createIndexer(deps, { products, rpc, pollMs: 5, horizonBlocks: 16 });
await indexer.start(forever);
let told = "";
setInterval(() => {
  const hash = indexer.point?.hash ?? "";
  if (hash !== told) process.stdout.write(`${hash}\n`);
  told = hash;
}, 2);
