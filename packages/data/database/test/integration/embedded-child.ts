import { createSilentLogger } from "@ghostchain/service";
import { createEmbeddedDatabase } from "../../src/embedded-database.ts";

// Run as a process of its own by embedded-database.test.ts, which kills it: writes rows one transaction each,
// from the number given on, and says which were committed.
const [dataDir = "", first = "0"] = process.argv.slice(2);
const database = createEmbeddedDatabase({ logger: createSilentLogger() }, { dataDir });
await database.start(new AbortController().signal);
await database.query("CREATE TABLE IF NOT EXISTS written (n int PRIMARY KEY)");
for (let n = Number(first); ; n++) {
  await database.query("INSERT INTO written VALUES ($1)", [n]);
  process.stdout.write(`${n}\n`);
}
