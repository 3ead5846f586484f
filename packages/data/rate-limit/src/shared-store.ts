/** How often one key is to be counted. */
export interface CountRequest {
  readonly id: string;
  /** 1 or more. */
  readonly wanted: number;
  readonly limit: number;
  readonly partMs: number;
}

export interface CountAnswer {
  /** Before this request. */
  readonly used: number;
  /** At most `wanted`. */
  readonly granted: number;
  /** Until one more would be granted; 0 where all were. */
  readonly retryAfterMs: number;
}

export interface SlotRequest {
  readonly kind: "take" | "release";
  readonly id: string;
  readonly slot: string;
  readonly limit: number;
  readonly ttlMs: number;
}

/**
 * What several processes count in: a database or Redis. Each call is one statement that happens whole, or not at
 * all. Nothing is asked for twice: an answer that was lost costs the client one request of its budget.
 */
export interface SharedStore {
  /** For people: where it is, never with a password. */
  readonly where: string;
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** @param requests - at most one of an id, in the order of their ids */
  count(requests: readonly CountRequest[]): Promise<CountAnswer[]>;
  /** @param requests - in the order of their ids; those of one id happen in the order given */
  changeSlots(requests: readonly SlotRequest[]): Promise<boolean[]>;
}
