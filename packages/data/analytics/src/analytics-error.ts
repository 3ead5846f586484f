import { CodedError } from "@ghostchain/service";

/** What has a status is a client's to read. */
export type AnalyticsFault =
  | { code: "ANALYTICS_RANGE_INVALID"; status: 400; from: string; to: string }
  | { code: "ANALYTICS_RANGE_TOO_LONG"; status: 400; periods: number; max: number }
  /** What was counted is still being read; how far it is. */
  | {
      code: "ANALYTICS_WARMING";
      status: 503;
      retryAfterSeconds: number;
      sequenceId: number;
      head: number | undefined;
    }
  /** More ask than can be answered. */
  | { code: "ANALYTICS_BUSY"; status: 503; retryAfterSeconds: number }
  | { code: "ANALYTICS_TIMEOUT"; status: 503; retryAfterSeconds: number }
  /** The store cannot be read; it is made again. */
  | { code: "ANALYTICS_STORE_BROKEN"; status: 503; retryAfterSeconds: number }
  /** Another process has the file: give each its own. */
  | { code: "ANALYTICS_FILE_LOCKED"; file: string }
  /** A row of the sequence is not where it should be: somebody deleted from it. */
  | { code: "ANALYTICS_SEQUENCE_GAP"; expected: number; found: number };

export class AnalyticsError extends CodedError<AnalyticsFault> {}
