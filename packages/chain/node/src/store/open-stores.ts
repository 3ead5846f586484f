import { type KeyValue, openLmdb, openMemory, openSegmentLog } from "@ghostchain/storage";
import type { RecordLog } from "./chain-store.ts";
import { openDataDirectory } from "./data-directory.ts";
import { createMemoryLog } from "./memory-log.ts";

export interface Stores {
  /** The index and the state. */
  readonly keyValue: KeyValue;
  /** The blocks. */
  readonly log: RecordLog;
  close(): Promise<void>;
}

/**
 * Opens the stores of a data directory, or stores that live as long as the process where there is none.
 *
 * @throws {NodeError} `NODE_DATA_VERSION`
 * @throws {StorageError} `STORE_LOCKED` while another process has the directory, `STORE_UNAVAILABLE`, `LOG_CORRUPT`
 */
export async function openStores(dataDirectory: string | undefined): Promise<Stores> {
  if (dataDirectory === undefined) {
    const keyValue = openMemory();
    return { keyValue, log: createMemoryLog(), close: () => keyValue.close() };
  }
  const { statePath, blocksPath } = openDataDirectory(dataDirectory);
  const keyValue = openLmdb({ path: statePath });
  try {
    const log = openSegmentLog({ directory: blocksPath });
    return {
      keyValue,
      log,
      async close() {
        await log.close();
        await keyValue.close();
      },
    };
  } catch (error) {
    await keyValue.close();
    throw error;
  }
}
