import { CodedError } from "@ghostchain/service";

export type RateLimitFault =
  /** The store did not answer in time, or cannot be reached: nobody knows what is left of a budget. */
  | { code: "RATE_LIMIT_UNAVAILABLE"; store: string; reason: string }
  | { code: "RATE_LIMIT_NOT_STARTED"; store: string }
  | { code: "RATE_LIMIT_URL_MALFORMED"; reason: string }
  /** A name that is no lower-case word, or a limit or time that is not positive. */
  | { code: "RATE_LIMIT_RULE_INVALID"; name: string; reason: string }
  /** Two budgets of one name with different rules would count each other's requests. */
  | { code: "RATE_LIMIT_NAME_TAKEN"; name: string };

export class RateLimitError extends CodedError<RateLimitFault> {}

export function unavailable(store: string, error: unknown): RateLimitError {
  const reason = error instanceof Error ? error.message : String(error);
  return new RateLimitError(
    { code: "RATE_LIMIT_UNAVAILABLE", store, reason },
    `the rate limit store (${store}) cannot be asked: ${reason}`,
    { cause: error },
  );
}
