import { CodedError } from "@ghostchain/service";

export type CryptoFault =
  | { code: "DIGEST_SIZE"; expectedBytes: 32; receivedBytes: number }
  /** Says nothing of the key itself: a fault is logged. */
  | { code: "PRIVATE_KEY_INVALID"; expected: string; receivedBytes: number }
  | { code: "PUBLIC_KEY_INVALID"; expected: string; receivedBytes: number }
  | { code: "SIGNATURE_MALFORMED"; reason: string }
  | { code: "RECOVERY_QUEUE_FULL"; queuedItems: number; limitItems: number }
  | { code: "RECOVERY_POOL_STOPPED" };

export class CryptoError extends CodedError<CryptoFault> {}
