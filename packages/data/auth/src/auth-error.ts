import { CodedError } from "@ghostchain/service";

export type AuthFault =
  /** The token is no token of ours; `reason` says which rule it breaks, never what it contains. */
  | { code: "AUTH_TOKEN_INVALID"; reason: string }
  | { code: "AUTH_TOKEN_EXPIRED" }
  /** This process has public keys only: it verifies tokens and signs none. */
  | { code: "AUTH_NO_SIGNING_KEY" }
  /** Unknown, used before, or older than its lifetime: from outside these look the same. */
  | { code: "AUTH_TICKET_INVALID" }
  | { code: "AUTH_NONCE_INVALID" }
  | { code: "AUTH_KEY_FILE_INVALID"; path: string; reason: string }
  /** Another rotation is under way. */
  | { code: "AUTH_KEY_FILE_BUSY"; path: string };

export class AuthError extends CodedError<AuthFault> {}
