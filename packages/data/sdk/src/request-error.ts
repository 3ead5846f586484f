/** One thing that is wrong with a request: where it is, and what was expected there. */
export interface RequestIssue {
  readonly path: string;
  readonly message: string;
}

/** What the API refused, or why it could not be asked (`status` 0). Match on `code`. */
export class RequestError extends Error {
  readonly code: string;
  readonly status: number;
  readonly issues: readonly RequestIssue[];
  /** Of a 429: wait this long. */
  readonly retryAfterMs: number | undefined;

  constructor(
    fault: {
      readonly code: string;
      readonly status: number;
      readonly issues?: readonly RequestIssue[];
      readonly retryAfterMs?: number | undefined;
    },
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "RequestError";
    this.code = fault.code;
    this.status = fault.status;
    this.issues = fault.issues ?? [];
    this.retryAfterMs = fault.retryAfterMs;
  }
}
