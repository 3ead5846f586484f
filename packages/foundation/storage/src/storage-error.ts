import { CodedError } from "@ghostchain/service";

export type StorageFault =
  | { code: "STORE_LOCKED"; directory: string }
  | { code: "STORE_UNAVAILABLE"; directory: string; reason: string }
  | { code: "STORE_CLOSED" }
  | { code: "STORE_WRITE_FAILED"; directory: string; reason: string }
  | { code: "KEY_SIZE"; sizeBytes: number; minBytes: number; maxBytes: number };

export class StorageError extends CodedError<StorageFault> {}
