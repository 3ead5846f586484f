/** The thread behind a `RecoveryPool`: a packed batch in, packed keys out. Imports little, to start fast. */
import { parentPort } from "node:worker_threads";
import { recoverPacked } from "./recovery-batch.ts";

parentPort?.on("message", (batch: Uint8Array) => {
  const keys = recoverPacked(batch);
  parentPort?.postMessage(keys, [keys.buffer]);
});
