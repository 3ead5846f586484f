import { bytesToHex } from "@ghostchain/encoding";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeTrieRoot } from "./trie-root.ts";
import { EMPTY_TRIE_ROOT, type TrieEntry, type TrieNodes, updateTrie } from "./update-trie.ts";

/** Few distinct nibbles, so that keys share prefixes, and keys that are prefixes of others. */
const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x10, 0x11, 0xff), { maxLength: 4 })
  .map((bytes) => Uint8Array.from(bytes));
const value = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 4 }),
  fc.uint8Array({ minLength: 30, maxLength: 40 }),
);
const batch: fc.Arbitrary<TrieEntry[]> = fc.array(
  fc.tuple(key, fc.option(value, { nil: undefined })),
  { maxLength: 30 },
);

describe("updateTrie", () => {
  it("gives the root of the keys there are, whatever the order and the batches they came in", () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 5 }), (batches) => {
        const inBatches = new StoredTrie();
        const oneByOne = new StoredTrie();
        for (const entries of batches) {
          inBatches.update(entries);
          for (const entry of entries) oneByOne.update([entry]);
        }
        const live = [...liveEntries(batches.flat()).values()];
        expect(inBatches.root).toBe(oneByOne.root);
        expect(inBatches.root).toBe(computeTrieRoot(live.toReversed()));
      }),
      { numRuns: 500 },
    );
  });

  it("leaves in the store exactly the nodes that a trie built at once has", () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 5 }), (batches) => {
        const trie = new StoredTrie();
        for (const entries of batches) trie.update(entries);
        const fresh = new StoredTrie();
        fresh.update([...liveEntries(batches.flat()).values()]);
        expect(trie.stored()).toEqual(fresh.stored());
      }),
      { numRuns: 500 },
    );
  });

  it("comes back to the root before when what was added is deleted", () => {
    fc.assert(
      fc.property(batch, batch, (before, added) => {
        const trie = new StoredTrie();
        trie.update(before);
        const root = trie.root;
        const live = liveEntries(before);
        trie.update(added);
        trie.update(added.map(([key]) => live.get(bytesToHex(key)) ?? [key, undefined]));
        expect(trie.root).toBe(root);
      }),
    );
  });

  it("writes nothing where nothing changes", () => {
    fc.assert(
      fc.property(batch, (entries) => {
        const trie = new StoredTrie();
        trie.update(entries);
        const again = updateTrie(trie, [...liveEntries(entries).values()]);
        expect(again.root).toBe(trie.root);
        expect(again.writes).toEqual([]);
      }),
    );
  });

  it("says which node is missing from a damaged store", () => {
    const trie = new StoredTrie();
    const long = new Uint8Array(40);
    trie.update([0x00, 0x10, 0x20, 0x21].map((byte) => [Uint8Array.of(byte), long]));
    trie.damage("0x02");
    expect(() => trie.update([[Uint8Array.of(0x20), undefined]])).toThrowError(
      expect.objectContaining({ fault: { code: "TRIE_NODE_MISSING", path: "0x02" } }),
    );
  });
});

class StoredTrie implements TrieNodes {
  root = EMPTY_TRIE_ROOT;
  readonly #nodes = new Map<string, Uint8Array>();

  get(path: Uint8Array): Uint8Array | undefined {
    return this.#nodes.get(bytesToHex(path));
  }

  update(entries: Iterable<TrieEntry>): void {
    const { root, writes } = updateTrie(this, entries);
    this.root = root;
    for (const { path, node } of writes) {
      if (node === undefined) this.#nodes.delete(bytesToHex(path));
      else this.#nodes.set(bytesToHex(path), node);
    }
  }

  damage(path: string): void {
    this.#nodes.delete(path);
  }

  stored(): Map<string, Uint8Array> {
    return this.#nodes;
  }
}

function liveEntries(entries: Iterable<TrieEntry>): Map<string, TrieEntry> {
  const live = new Map<string, TrieEntry>();
  for (const entry of entries) {
    if (entry[1] === undefined) live.delete(bytesToHex(entry[0]));
    else live.set(bytesToHex(entry[0]), entry);
  }
  return live;
}
