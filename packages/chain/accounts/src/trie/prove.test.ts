import { bytesToHex, decodeRlp } from "@ghostchain/encoding";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proveKey, verifyProof } from "./prove.ts";
import { EMPTY_TRIE_ROOT, type TrieEntry, updateTrie } from "./update-trie.ts";

const key = fc
  .array(fc.constantFrom(0x00, 0x01, 0x10, 0xff), { minLength: 3, maxLength: 3 })
  .map((bytes) => Uint8Array.from(bytes));
const value = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 4 }),
  fc.uint8Array({ minLength: 30, maxLength: 40 }),
);
const entries: fc.Arbitrary<TrieEntry[]> = fc.array(fc.tuple(key, value), { maxLength: 40 });

describe("proveKey and verifyProof", () => {
  it("prove the value of a key that is there, and the absence of one that is not", () => {
    fc.assert(
      fc.property(entries, key, (list, asked) => {
        const trie = trieOf(list);
        const proof = proveKey(trie, asked);
        const known = new Map(list.map(([key, value]) => [bytesToHex(key), value]));
        expect(verifyProof(trie.root, asked, proof)).toEqual(known.get(bytesToHex(asked)));
      }),
      { numRuns: 500 },
    );
  });

  it("refuse a proof with any byte changed, a node taken away, added or swapped", () => {
    fc.assert(
      fc.property(
        entries,
        key,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (list, asked, at, by) => {
          const trie = trieOf(list);
          const proof = proveKey(trie, asked);
          fc.pre(proof.length > 0);
          const index = at % proof.length;
          const node = Uint8Array.from(proof[index] ?? []);
          const byte = at % node.length;
          node[byte] = (node[byte] ?? 0) ^ by;
          expect(() => verifyProof(trie.root, asked, proof.with(index, node))).toThrow();
          expect(() => verifyProof(trie.root, asked, proof.toSpliced(index, 1))).toThrow();
          expect(() => verifyProof(trie.root, asked, [...proof, node])).toThrow(/left over/);
        },
      ),
    );
  });

  it("need no node for the empty trie, and take none for it", () => {
    const asked = Uint8Array.of(1);
    expect(proveKey(trieOf([]), asked)).toEqual([]);
    expect(verifyProof(EMPTY_TRIE_ROOT, asked, [])).toBeUndefined();
    const { root } = trieOf([[asked, asked]]);
    expect(() => verifyProof(root, asked, [])).toThrow(/PROOF_INVALID/);
  });

  it("list a node that is small enough to be inside its parent only there", () => {
    const trie = trieOf([
      [Uint8Array.of(0x10), Uint8Array.of(1)],
      [Uint8Array.of(0x20), Uint8Array.of(2)],
    ]);
    const proof = proveKey(trie, Uint8Array.of(0x10));
    expect(proof.map((node) => decodeRlp(node).length)).toEqual([17]);
  });
});

function trieOf(list: readonly TrieEntry[]) {
  const { root, writes } = updateTrie({ get: () => undefined }, list);
  const nodes = new Map(writes.map(({ path, node }) => [bytesToHex(path), node]));
  return { root, get: (path: Uint8Array) => nodes.get(bytesToHex(path)) };
}
