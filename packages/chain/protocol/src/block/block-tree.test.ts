import type { Hash } from "@ghostchain/evm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockTree, type TreeBlock } from "./block-tree.ts";

const GENESIS = block("g", "none", 0n, 1n);

describe("BlockTree", () => {
  it("keeps orphans out and knows what it has", () => {
    const tree = new BlockTree(GENESIS);
    expect(tree.add(block("b", "a", 2n, 3n))).toBe("orphan");
    expect(tree.add(block("a", "g", 1n, 2n))).toBe("added");
    expect(tree.add(block("a", "g", 1n, 2n))).toBe("known");
    expect(tree.add(block("b", "a", 2n, 3n))).toBe("added");
    expect(tree.head.hash).toBe("g");
  });

  it("prefers more difficulty, and of equals what was there first", () => {
    const tree = new BlockTree(GENESIS);
    tree.add(block("a", "g", 1n, 5n));
    expect(tree.isBetter(block("a", "g", 1n, 5n))).toBe(true);
    tree.setHead(hash("a"));
    expect(tree.isBetter(block("b", "g", 1n, 5n))).toBe(false);
    expect(tree.isBetter(block("b", "g", 1n, 6n))).toBe(true);
  });

  it("prefers the longer chain where blocks have no difficulty", () => {
    const tree = new BlockTree(GENESIS);
    for (const one of [block("a", "g", 1n, 1n), block("b", "g", 1n, 1n)]) tree.add(one);
    tree.setHead(hash("a"));
    expect(tree.isBetter(block("b", "g", 1n, 1n))).toBe(false);
    expect(tree.isBetter(block("c", "a", 2n, 1n))).toBe(true);
    expect(tree.isBetter(block("d", "b", 2n, 1n))).toBe(true);
    tree.add(block("work", "g", 1n, 2n));
    tree.setHead(hash("work"));
    tree.add(block("d", "b", 2n, 1n));
    expect(tree.isBetter(block("e", "d", 3n, 2n))).toBe(false);
  });

  it("tells the way from one head to another", () => {
    const tree = new BlockTree(GENESIS);
    for (const [name, parent, number] of [
      ["a1", "g", 1n],
      ["a2", "a1", 2n],
      ["b1", "g", 1n],
      ["b2", "b1", 2n],
      ["b3", "b2", 3n],
    ] as const) {
      tree.add(block(name, parent, number, number));
    }
    tree.setHead(hash("a2"));
    const { removed, added } = tree.setHead(hash("b3"));
    expect(removed.map(({ hash }) => hash)).toEqual(["a2", "a1"]);
    expect(added.map(({ hash }) => hash)).toEqual(["b1", "b2", "b3"]);
    expect(tree.ancestor(hash("b3"), 1n)?.hash).toBe("b1");
    tree.moveRoot(2n);
    expect(tree.size).toBe(2);
    expect(tree.get(hash("a2"))).toBeUndefined();
    expect(tree.ancestor(hash("b3"), 1n)).toBeUndefined();
  });

  it("leads over any route back to where it began", () => {
    const links = fc.array(fc.nat(), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(links, fc.nat(), fc.nat(), (parents, a, b) => {
        const blocks = [GENESIS];
        const tree = new BlockTree(GENESIS);
        for (const [index, pick] of parents.entries()) {
          const parent = blocks[pick % blocks.length] ?? GENESIS;
          const next = block(`n${index}`, parent.hash, parent.number + 1n, 1n);
          tree.add(next);
          blocks.push(next);
        }
        const from = blocks[a % blocks.length] ?? GENESIS;
        const to = blocks[b % blocks.length] ?? GENESIS;
        const there = tree.route(from.hash, to.hash);
        const back = tree.route(to.hash, from.hash);
        expect(back.removed).toEqual(there.added.toReversed());
        expect(back.added).toEqual(there.removed.toReversed());
        expect(there.added.at(-1)?.hash ?? to.hash).toBe(to.hash);
      }),
    );
  });
});

function block(name: string, parent: string, number: bigint, totalDifficulty: bigint): TreeBlock {
  return { hash: hash(name), parentHash: hash(parent), number, totalDifficulty };
}

function hash(name: string): Hash {
  return name as Hash;
}
