/**
 * `npm run build`: what has to be built before the stack runs: Solidity artifacts and the page. Each is skipped
 * while its inputs have not changed, so running it twice costs a fraction of a second: `npm ci` runs it, and so does
 * `npm start`, in case the sources were edited since.
 */
import { buildContracts } from "@ghostchain/contracts";
import { buildPage } from "./build-page.ts";

await buildContracts();
await buildPage();
