/** `npm run build -w contracts`: compiles what changed. */
import { buildContracts } from "./build-contracts.ts";

await buildContracts();
