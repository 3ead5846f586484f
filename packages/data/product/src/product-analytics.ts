import type { FeedEvent, Json } from "@ghostchain/feed";

/**
 * What of a product's feed is counted, beside how many events of each type there are and who acted in them. Events are
 * told apart by their type alone, so a type should be the product's own.
 */
export interface ProductAnalytics {
  /** Types of events whose `address` did nothing itself, so that it is not active for them. */
  readonly passive?: readonly string[];
  /** By name: `GET /analytics/<name>` for each. a-z, 0-9 and dashes. */
  readonly reports: Readonly<Record<string, AnalyticsReport>>;
}

/** Sums over periods of time. */
export interface AnalyticsReport {
  readonly summary: string;
  /** What may be asked for alone, by the `level` that events have; without it there is no such parameter. */
  readonly levels?: readonly string[];
  /** By name, as it stands in the answer: letters and digits. */
  readonly sums: Readonly<Record<string, AnalyticsSum>>;
}

export interface AnalyticsSum {
  readonly about: string;
  /** By type of event: what it adds, a whole number from 0 to 2^256-1 (as text where it is large); undefined for nothing. */
  readonly of: Readonly<Record<string, (event: FeedEvent) => Json | bigint | undefined>>;
}
