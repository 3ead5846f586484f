/** A change to one key. An undefined value deletes it. */
export interface KeyChange {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

export interface KeyRange {
  /** Inclusive. */
  readonly from: Uint8Array;
  /** Exclusive. */
  readonly to: Uint8Array;
  readonly reverse?: boolean;
  /** At most this many entries. */
  readonly limit?: number;
}

/**
 * An ordered map of bytes. Reads are synchronous, and see every write whose promise has resolved. Keys are 1
 * to 512 bytes, ordered lexicographically. One process at a time has a store open for writing.
 */
export interface KeyValue {
  get(key: Uint8Array): Uint8Array | undefined;
  /** Entries as of the call, in key order. Key and value are the caller's to keep. */
  range(range: KeyRange): Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
  /** All of the changes or none; resolved means they survive a power cut. */
  write(changes: readonly KeyChange[]): Promise<void>;
  close(): Promise<void>;
}
