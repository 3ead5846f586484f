import {
  bigIntToFixedBytes,
  bytesToBigInt,
  concatBytes,
  decodeRlp,
  encodeRlp,
} from "@ghostchain/encoding";
import type { KeyChange, KeyValue } from "@ghostchain/storage";
import type { StateView, StateWrite } from "./state-view.ts";

/**
 * Orders the states of a chain: a block's number, and for a state that was edited after its block (a dev chain's
 * `setBalance`) how often. 64 bits.
 */
export type StateVersion = bigint;

const EDIT_BITS = 16n;
const LAST_EDIT = (1n << EDIT_BITS) - 1n;
const LAST_VERSION = (1n << 64n) - 1n;

export function versionOf(number: bigint, edit = 0n): StateVersion {
  return (number << EDIT_BITS) | edit;
}

/** Later than every edit of the block, earlier than the next block. */
export function lastVersionOf(number: bigint): StateVersion {
  return versionOf(number, LAST_EDIT);
}

export function numberOfVersion(version: StateVersion): bigint {
  return version >> EDIT_BITS;
}

/**
 * Reads and writes a state that is kept as its newest version, and for older ones, under each key and version,
 * what stood there *before* that version. A value as of a version is therefore the first entry after it, or else
 * the newest; the same entries lead back to an older head.
 */
export class StateHistory {
  readonly #store: KeyValue;

  constructor(store: KeyValue) {
    this.#store = store;
  }

  /** Undefined in a store without a state. */
  head(): StateVersion | undefined {
    return this.#number(HEAD_KEY);
  }

  /** Versions before this one are no longer kept. */
  oldest(): StateVersion {
    return this.#number(OLDEST_KEY) ?? 0n;
  }

  /** The newest version, for as long as it is the newest. */
  newest(): StateView {
    return {
      get: (key) => this.#store.get(currentKey(key)),
      keys: (prefix) => this.#keysOf(currentKey(prefix), currentKey(NONE).length, 0),
    };
  }

  /** A version that may no longer be the newest. */
  at(version: StateVersion): StateView {
    const get = (key: Uint8Array) => {
      const change = this.#firstAfter(key, version);
      return change === undefined ? this.#store.get(currentKey(key)) : valueBefore(change);
    };
    const keys = (prefix: Uint8Array) => this.#keysAt(prefix, get);
    return { get, keys };
  }

  /** What to write so that `version` becomes the newest, with `writes` made since the one it follows. */
  *advance(version: StateVersion, writes: readonly StateWrite[]): Iterable<KeyChange> {
    for (const { key, before, after } of writes) {
      yield { key: currentKey(key), value: after };
      yield { key: beforeKey(key, version), value: markBefore(before) };
    }
    if (writes.length > 0) {
      yield { key: touchedKey(version), value: encodeRlp(writes.map(({ key }) => key)) };
    }
    yield { key: HEAD_KEY, value: numberBytes(version) };
  }

  /** What to write so that `version` becomes the newest again, and all later ones never were. */
  *unwind(version: StateVersion): Iterable<KeyChange> {
    const restored = new Set<string>();
    for (const [touched, keys] of this.#touched(version + 1n, LAST_VERSION)) {
      for (const key of keys) {
        const entryKey = beforeKey(key, touched);
        const name = Buffer.from(key).toString("latin1");
        const before = restored.has(name) ? undefined : this.#store.get(entryKey);
        if (before !== undefined) yield { key: currentKey(key), value: valueBefore(before) };
        restored.add(name);
        yield { key: entryKey, value: undefined };
      }
      yield { key: touchedKey(touched), value: undefined };
    }
    yield { key: HEAD_KEY, value: numberBytes(this.#reachedBy(version)) };
  }

  /** What to write to forget the versions before `version`. */
  *prune(version: StateVersion): Iterable<KeyChange> {
    if (version <= this.oldest()) return;
    for (const [touched, keys] of this.#touched(0n, version + 1n)) {
      for (const key of keys) yield { key: beforeKey(key, touched), value: undefined };
      yield { key: touchedKey(touched), value: undefined };
    }
    yield { key: OLDEST_KEY, value: numberBytes(version) };
  }

  #firstAfter(key: Uint8Array, version: StateVersion): Uint8Array | undefined {
    const from = beforeKey(key, version + 1n);
    const to = beforeKey(key, LAST_VERSION);
    for (const [, value] of this.#store.range({ from, to, limit: 1 })) return value;
    return undefined;
  }

  *#touched(
    from: StateVersion,
    to: StateVersion,
  ): Iterable<readonly [StateVersion, readonly Uint8Array[]]> {
    const range = { from: touchedKey(from), to: touchedKey(to) };
    for (const [key, value] of this.#store.range(range)) {
      yield [versionOfTouchedKey(key), decodeRlp(value) as Uint8Array[]];
    }
  }

  *#keysAt(prefix: Uint8Array, get: StateView["get"]): Iterable<Uint8Array> {
    const seen = new Set<string>();
    for (const keys of [
      this.#keysOf(currentKey(prefix), currentKey(NONE).length, 0),
      this.#keysOf(concatBytes(BEFORE, prefix), BEFORE.length, VERSION_BYTES),
    ]) {
      for (const key of keys) {
        const name = Buffer.from(key).toString("latin1");
        if (seen.has(name)) continue;
        seen.add(name);
        if (get(key) !== undefined) yield key;
      }
    }
  }

  /** Keys of the store that begin so, without what is put before and behind them there. */
  *#keysOf(prefix: Uint8Array, before: number, behind: number): Iterable<Uint8Array> {
    for (const [key] of this.#store.range({ from: prefix, to: afterAll(prefix) })) {
      yield key.subarray(before, key.length - behind);
    }
  }

  /** The version that was newest when no later one than `version` had been written; a block may change nothing. */
  #reachedBy(version: StateVersion): StateVersion {
    const block = versionOf(numberOfVersion(version));
    const range = {
      from: touchedKey(block),
      to: touchedKey(version + 1n),
      reverse: true,
      limit: 1,
    };
    for (const [key] of this.#store.range(range)) return versionOfTouchedKey(key);
    return block;
  }

  #number(key: Uint8Array): bigint | undefined {
    const value = this.#store.get(key);
    return value === undefined ? undefined : bytesToBigInt(value);
  }
}

const VERSION_BYTES = 8;
const NONE: Uint8Array = new Uint8Array(0);

/** Every key of the state begins so; the node has other keys in the same store. */
const STATE = 0x73;
const CURRENT = Uint8Array.of(STATE, 0x63);
const BEFORE = Uint8Array.of(STATE, 0x62);
const TOUCHED = Uint8Array.of(STATE, 0x74);
const HEAD_KEY = Uint8Array.of(STATE, 0x68);
const OLDEST_KEY = Uint8Array.of(STATE, 0x6f);

function currentKey(key: Uint8Array): Uint8Array {
  return concatBytes(CURRENT, key);
}

function beforeKey(key: Uint8Array, version: StateVersion): Uint8Array {
  return concatBytes(BEFORE, key, numberBytes(version));
}

function touchedKey(version: StateVersion): Uint8Array {
  return concatBytes(TOUCHED, numberBytes(version));
}

function versionOfTouchedKey(key: Uint8Array): StateVersion {
  return bytesToBigInt(key.subarray(-VERSION_BYTES));
}

function numberBytes(version: StateVersion): Uint8Array {
  return bigIntToFixedBytes(version, VERSION_BYTES);
}

/** The first byte tells nothing from an empty value. */
function markBefore(value: Uint8Array | undefined): Uint8Array {
  return value === undefined ? Uint8Array.of(0) : concatBytes(Uint8Array.of(1), value);
}

function valueBefore(marked: Uint8Array): Uint8Array | undefined {
  return marked[0] === 0 ? undefined : marked.subarray(1);
}

/** The first key after all that begin with `prefix`. */
function afterAll(prefix: Uint8Array): Uint8Array {
  return concatBytes(prefix, new Uint8Array(128).fill(0xff));
}
