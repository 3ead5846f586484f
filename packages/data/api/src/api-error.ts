import { CodedError } from "@ghostchain/service";

/** One thing that is wrong with a request: where it is, and what was expected there. */
export interface RequestIssue {
  /** `body.amount`, `query.limit` */
  readonly path: string;
  readonly message: string;
}

type Refusal<Code extends string, Status extends number> = {
  readonly code: Code;
  readonly status: Status;
};

/** What the API itself refuses. Products bring codes of their own. */
export type ApiFault =
  | Refusal<"NOT_FOUND", 404>
  | Refusal<"URL_MALFORMED", 400>
  | Refusal<"TOKEN_IN_URL", 400>
  | Refusal<"BODY_MALFORMED", 400>
  | Refusal<"TEXT_INVALID", 400>
  | Refusal<"BODY_TOO_LARGE", 413>
  | Refusal<"HEADERS_TOO_LARGE", 431>
  | Refusal<"CONTENT_TYPE_UNSUPPORTED", 415>
  | Refusal<"REQUEST_TIMEOUT", 408>
  | Refusal<"REQUEST_REFUSED", 400>
  | (Refusal<"VALIDATION_FAILED", 400> & { readonly issues: readonly RequestIssue[] })
  | Refusal<"AUTH_REQUIRED", 401>
  | Refusal<"CSRF_REFUSED", 403>
  | Refusal<"LOGIN_MESSAGE_MALFORMED", 400>
  | Refusal<"LOGIN_DOMAIN_MISMATCH", 401>
  | Refusal<"LOGIN_URI_MISMATCH", 401>
  | Refusal<"LOGIN_CHAIN_MISMATCH", 401>
  | Refusal<"LOGIN_EXPIRED", 401>
  | Refusal<"LOGIN_NOT_YET_VALID", 401>
  | Refusal<"LOGIN_NONCE_INVALID", 401>
  | Refusal<"LOGIN_SIGNATURE_INVALID", 401>
  /** The account has no key that signed; whether it is a contract that says yes, nobody could tell. */
  | Refusal<"LOGIN_CHAIN_UNAVAILABLE", 503>
  | (Refusal<"RATE_LIMITED", 429> & { readonly retryAfterSeconds: number })
  /** For what writes, while nobody can say what is left of its budget; reads are answered. */
  | Refusal<"RATE_LIMIT_UNAVAILABLE", 503>
  | Refusal<"NOT_READY", 503>
  | Refusal<"UNAVAILABLE", 503>
  | Refusal<"INTERNAL", 500>
  | { readonly code: "API_RPC_URL_MALFORMED"; readonly reason: string }
  | { readonly code: "API_PORT_IN_USE"; readonly host: string; readonly port: number }
  | { readonly code: "API_CANNOT_LISTEN"; readonly host: string; readonly port: number };

export class ApiError extends CodedError<ApiFault> {}
