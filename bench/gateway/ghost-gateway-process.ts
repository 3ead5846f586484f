/** One more gateway on a port that several share: `node ghost-gateway-process.ts DATABASE_URL PORT`. */
import { createServerDatabase } from "@ghostchain/database";
import { createPostgresBus } from "@ghostchain/event-bus";
import { createSilentLogger } from "@ghostchain/service";
import { composeGateway } from "./ghost-gateway.ts";

const [url = "", port] = process.argv.slice(2);
const deps = { logger: createSilentLogger() };
const database = createServerDatabase(deps, { url });
const bus = createPostgresBus(deps, { url });
const { services } = composeGateway({ database, bus }, { port: Number(port), sharePort: true });
process.once("disconnect", () => process.exit(0));
for (const service of [database, ...services]) await service.start(AbortSignal.timeout(30_000));
process.send?.({ is: "open" });
