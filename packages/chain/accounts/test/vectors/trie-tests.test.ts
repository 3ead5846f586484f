import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex, compareBytes, hexToBytes } from "@ghostchain/encoding";
import { listVectorFiles, testVectors } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import { proveKey, verifyProof } from "../../src/trie/prove.ts";
import { EMPTY_TRIE_ROOT, type TrieEntry, updateTrie } from "../../src/trie/update-trie.ts";

type Pair = readonly [string, string | null];

interface RootCase {
  readonly in: readonly Pair[] | Record<string, string | null>;
  readonly root: string;
}

interface NeighbourCase {
  readonly in: readonly string[];
  readonly tests: readonly (readonly [asked: string, previous: string, next: string])[];
}

/** Origin: ethereum/tests, TrieTests. */
testVectors("TrieTests", "ethereum/TrieTests", (directory, tally) => {
  for (const file of listVectorFiles(directory)) {
    const cases = JSON.parse(readFileSync(file, "utf8"));
    const isSecure = /secure/i.test(basename(file));
    for (const [name, vector] of Object.entries<RootCase | NeighbourCase>(cases)) {
      tally.check(`${basename(file)} ${name}`, () => {
        if ("root" in vector) checkRoot(vector, isSecure);
        else checkNeighbours(vector);
      });
    }
  }
});

/** Where the order of the entries may not matter (an object), they are also taken backwards. */
function checkRoot(vector: RootCase, isSecure: boolean): void {
  const isOrdered = Array.isArray(vector.in);
  const pairs: readonly Pair[] = isOrdered ? (vector.in as Pair[]) : Object.entries(vector.in);
  const entries = pairs.map(([key, value]): TrieEntry => {
    const bytes = bytesOf(key);
    return [isSecure ? keccak256(bytes) : bytes, value === null ? undefined : bytesOf(value)];
  });
  for (const order of isOrdered ? [entries] : [entries, entries.toReversed()]) {
    expect(new StoredTrie().update(order).root).toBe(vector.root);
    const oneByOne = new StoredTrie();
    for (const entry of order) oneByOne.update([entry]);
    expect(oneByOne.root).toBe(vector.root);
    for (const [key] of order) {
      const live = order.findLast((entry) => compareBytes(entry[0], key) === 0);
      expect(verifyProof(oneByOne.root, key, proveKey(oneByOne, key))).toEqual(live?.[1]);
    }
  }
}

/** The trie's keys are ordered as their bytes are: that is what a sorted batch relies on. */
function checkNeighbours(vector: NeighbourCase): void {
  const keys = vector.in.map(bytesOf).sort(compareBytes);
  for (const [asked, previous, next] of vector.tests) {
    const at = bytesOf(asked);
    expect(keys.findLast((key) => compareBytes(key, at) < 0) ?? bytesOf("")).toEqual(
      bytesOf(previous),
    );
    expect(keys.find((key) => compareBytes(key, at) > 0) ?? bytesOf("")).toEqual(bytesOf(next));
  }
}

class StoredTrie {
  root = EMPTY_TRIE_ROOT;
  readonly #nodes = new Map<string, Uint8Array | undefined>();

  get(path: Uint8Array): Uint8Array | undefined {
    return this.#nodes.get(bytesToHex(path));
  }

  update(entries: readonly TrieEntry[]): this {
    const { root, writes } = updateTrie(this, entries);
    this.root = root;
    for (const { path, node } of writes) this.#nodes.set(bytesToHex(path), node);
    return this;
  }
}

function bytesOf(text: string): Uint8Array {
  return text.startsWith("0x") ? hexToBytes(text) : new TextEncoder().encode(text);
}
