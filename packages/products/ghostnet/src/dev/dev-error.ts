import { CodedError } from "@ghostchain/service";

export type GhostnetDevFault =
  | { code: "NO_DEV_ACCOUNT" }
  | { code: "TRANSACTION_REVERTED"; hash: string }
  | { code: "TRANSACTION_NOT_MINED"; hash: string };

export class GhostnetDevError extends CodedError<GhostnetDevFault> {}
