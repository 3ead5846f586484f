import { CodedError } from "@ghostchain/service";

export type StorageFault =
  | { code: "STORE_LOCKED"; directory: string }
  | { code: "STORE_UNAVAILABLE"; directory: string; reason: string }
  | { code: "STORE_CLOSED" }
  /** The map of an LMDB store or the disk under it has no room left; nothing of the write was kept. */
  | { code: "STORE_FULL"; directory: string; reason: string }
  | { code: "STORE_WRITE_FAILED"; directory: string; reason: string }
  | { code: "KEY_SIZE"; sizeBytes: number; minBytes: number; maxBytes: number };

export class StorageError extends CodedError<StorageFault> {}
