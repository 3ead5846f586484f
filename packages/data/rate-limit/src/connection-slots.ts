/** How many things of a user may be open at once, such as connections, in all processes that share the store. */
export interface ConnectionSlots {
  /**
   * Whether `slot` is one of the user's. It stays so until it is released, or for `ttlMs` unless it is renewed: the
   * slots of a killed process come free by themselves. Taking a slot that one has renews it.
   *
   * @param slot - unique among all processes, such as a UUID
   * @throws {RateLimitError} `RATE_LIMIT_UNAVAILABLE`
   */
  take(user: string, slot: string): Promise<boolean>;
  /**
   * Keeps a slot for another `ttlMs`; ask every third of it. One that was lost in between is taken again if there
   * is room, so false means that the user has others by now.
   *
   * @throws {RateLimitError} `RATE_LIMIT_UNAVAILABLE`
   */
  renew(user: string, slot: string): Promise<boolean>;
  /** @throws {RateLimitError} `RATE_LIMIT_UNAVAILABLE`: the slot then comes free when its time is over */
  release(user: string, slot: string): Promise<void>;
}

export interface SlotRule {
  /** Slots a user, 1 or more. */
  readonly limit: number;
  /** Default 60 s. */
  readonly ttlMs?: number;
}

export const SLOT_TTL_MS = 60_000;
