import { CodedError } from "@ghostchain/service";

export type StorageFault =
  | { code: "STORE_LOCKED"; directory: string }
  | { code: "STORE_UNAVAILABLE"; directory: string; reason: string }
  | { code: "STORE_CLOSED" }
  | { code: "STORE_WRITE_FAILED"; directory: string; reason: string }
  | { code: "KEY_SIZE"; sizeBytes: number; minBytes: number; maxBytes: number }
  | { code: "LOG_CORRUPT"; file: string; offset: number; reason: string }
  | { code: "LOG_POSITION_UNKNOWN"; position: number; endPosition: number }
  | { code: "LOG_RECORD_SIZE"; sizeBytes: number; maxBytes: number }
  | { code: "LOG_QUEUE_FULL"; queuedBytes: number; limitBytes: number }
  | { code: "LOG_WRITE_FAILED"; directory: string; reason: string };

export class StorageError extends CodedError<StorageFault> {}

export function unavailableError(directory: string, cause: unknown): StorageError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StorageError(
    { code: "STORE_UNAVAILABLE", directory, reason },
    `STORE_UNAVAILABLE: cannot open ${directory} (${reason}): check that it may be read and written`,
    { cause },
  );
}
