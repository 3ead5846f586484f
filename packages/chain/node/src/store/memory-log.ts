import assert from "node:assert/strict";
import type { RecordLog } from "./chain-store.ts";

/** Records of a chain that need not outlive the process. */
export function createMemoryLog(): RecordLog {
  const records: Uint8Array[] = [];
  return {
    append: async (added) => added.map((record) => records.push(record) - 1),
    read(position) {
      const record = records[position];
      assert(record !== undefined, `no record has position ${position}`);
      return record;
    },
  };
}
