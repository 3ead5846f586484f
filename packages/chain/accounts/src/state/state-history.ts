import assert from "node:assert/strict";
import {
  bigIntToFixedBytes,
  bytesToBigInt,
  concatBytes,
  decodeRlp,
  encodeRlp,
} from "@ghostchain/encoding";
import type { KeyChange, KeyValue } from "@ghostchain/storage";
import {
  beforeKey,
  beforePrefix,
  HEAD_KEY,
  keyOfBeforeKey,
  OLDEST_KEY,
  touchedKey,
  VERSION_BYTES,
} from "./state-keys.ts";
import { nameOf, type StateView, type StateWrite } from "./state-view.ts";

/**
 * Orders the states of a chain: a block's number, and for a state that was edited after its block (a dev chain's
 * `setBalance`) how often. 64 bits.
 */
export type StateVersion = bigint;

const EDIT_BITS = 24n;
const LAST_EDIT = (1n << EDIT_BITS) - 1n;
const LAST_VERSION = (1n << 64n) - 1n;

export function versionOf(number: bigint, edit = 0n): StateVersion {
  assert(edit <= LAST_EDIT, `block ${number} has been edited too often`);
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
      get: (key) => this.#store.get(key),
      keys: (prefix) => this.#storedKeys(prefix),
    };
  }

  /** A version that may no longer be the newest. */
  at(version: StateVersion): StateView {
    const get = (key: Uint8Array) => {
      const change = this.#firstAfter(key, version);
      return change === undefined ? this.#store.get(key) : valueBefore(change);
    };
    const keys = (prefix: Uint8Array) => this.#keysAt(prefix, get);
    return { get, keys };
  }

  /** What to write so that `version` becomes the newest, with `writes` made since the one it follows. */
  *advance(version: StateVersion, writes: readonly StateWrite[]): Iterable<KeyChange> {
    const bytes = versionBytes(version);
    for (const { key, before, after } of writes) {
      yield { key, value: after };
      yield { key: beforeKey(key, bytes), value: markBefore(before) };
    }
    if (writes.length > 0) {
      yield { key: touchedKey(bytes), value: encodeRlp(writes.map(({ key }) => key)) };
    }
    yield { key: HEAD_KEY, value: bytes };
  }

  /** What to write so that `version` becomes the newest again, and all later ones never were. */
  *unwind(version: StateVersion): Iterable<KeyChange> {
    const restored = new Set<string>();
    for (const [touched, keys] of this.#touched(version + 1n, LAST_VERSION)) {
      const bytes = versionBytes(touched);
      for (const key of keys) {
        const entryKey = beforeKey(key, bytes);
        const name = nameOf(key);
        const before = restored.has(name) ? undefined : this.#store.get(entryKey);
        if (before !== undefined) yield { key, value: valueBefore(before) };
        restored.add(name);
        yield { key: entryKey, value: undefined };
      }
      yield { key: touchedKey(bytes), value: undefined };
    }
    yield { key: HEAD_KEY, value: versionBytes(this.#reachedBy(version)) };
  }

  /** What to write to forget the versions before `version`. */
  *prune(version: StateVersion): Iterable<KeyChange> {
    if (version <= this.oldest()) return;
    for (const [touched, keys] of this.#touched(0n, version + 1n)) {
      const bytes = versionBytes(touched);
      for (const key of keys) yield { key: beforeKey(key, bytes), value: undefined };
      yield { key: touchedKey(bytes), value: undefined };
    }
    yield { key: OLDEST_KEY, value: versionBytes(version) };
  }

  #firstAfter(key: Uint8Array, version: StateVersion): Uint8Array | undefined {
    const from = beforeKey(key, versionBytes(version + 1n));
    const to = beforeKey(key, versionBytes(LAST_VERSION));
    for (const [, value] of this.#store.range({ from, to, limit: 1 })) return value;
    return undefined;
  }

  *#touched(
    from: StateVersion,
    to: StateVersion,
  ): Iterable<readonly [StateVersion, readonly Uint8Array[]]> {
    const range = { from: touchedKey(versionBytes(from)), to: touchedKey(versionBytes(to)) };
    for (const [key, value] of this.#store.range(range)) {
      yield [versionOfTouchedKey(key), decodeRlp(value) as Uint8Array[]];
    }
  }

  *#keysAt(prefix: Uint8Array, get: StateView["get"]): Iterable<Uint8Array> {
    const seen = new Set<string>();
    const visit = function* (key: Uint8Array) {
      const name = nameOf(key);
      if (!seen.has(name) && get(key) !== undefined) yield key;
      seen.add(name);
    };
    for (const key of this.#storedKeys(prefix)) yield* visit(key);
    for (const key of this.#storedKeys(beforePrefix(prefix))) yield* visit(keyOfBeforeKey(key));
  }

  *#storedKeys(prefix: Uint8Array): Iterable<Uint8Array> {
    for (const [key] of this.#store.range({ from: prefix, to: afterAll(prefix) })) yield key;
  }

  /** The version that was newest when no later one than `version` had been written; a block may change nothing. */
  #reachedBy(version: StateVersion): StateVersion {
    const block = versionOf(numberOfVersion(version));
    const range = {
      from: touchedKey(versionBytes(block)),
      to: touchedKey(versionBytes(version + 1n)),
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

function versionOfTouchedKey(key: Uint8Array): StateVersion {
  return bytesToBigInt(key.subarray(-VERSION_BYTES));
}

function versionBytes(version: StateVersion): Uint8Array {
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
