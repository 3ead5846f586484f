import { CodedError } from "@ghostchain/service";

export type FeedFault =
  /** Someone else has written to the sequence: this writer is no longer the only one. */
  | { code: "FEED_CONFLICT"; expected: string }
  | { code: "FEED_ANNOUNCEMENT_MALFORMED"; reason: string };

export class FeedError extends CodedError<FeedFault> {}
