import { createServerDatabase } from "@ghostchain/database";
import { createSilentLogger } from "@ghostchain/service";
import { AnalyticsStand } from "../analytics-stand.ts";

/** Counts into a file until it is killed: `node analytics-child.ts DATABASE_URL FILE`. */
const [url = "", file = ""] = process.argv.slice(2);
const database = createServerDatabase({ logger: createSilentLogger() }, { url });
await database.start(AbortSignal.timeout(30_000));
const stand = await new AnalyticsStand(database, { file }).start();
let told = 0;
setInterval(() => {
  const { ready, sequenceId } = stand.analytics.progress();
  if (sequenceId > told || ready) process.stdout.write(`${sequenceId}\n`);
  told = sequenceId;
}, 5);
