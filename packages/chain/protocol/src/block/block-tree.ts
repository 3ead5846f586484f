import assert from "node:assert/strict";
import type { Hash } from "@ghostchain/evm";

/** What a tree needs to know of a block. */
export interface TreeBlock {
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly number: bigint;
  /** Of the chain up to and with this block. */
  readonly totalDifficulty: bigint;
}

/** The way from one head to another. `removed` is newest first, `added` oldest first. */
export interface Route {
  readonly removed: readonly TreeBlock[];
  readonly added: readonly TreeBlock[];
}

/**
 * Blocks by who follows whom, from a root that is settled. The chain with the greatest total difficulty is the best, of
 * equals the one seen first. Where blocks have no difficulty the longest is, unless somebody who knows better says
 * which is the head.
 *
 * Holds every block since the root: move the root on to bound it.
 */
export class BlockTree {
  readonly #blocks = new Map<Hash, TreeBlock>();
  #root: TreeBlock;
  #head: TreeBlock;

  constructor(root: TreeBlock) {
    this.#blocks.set(root.hash, root);
    this.#root = root;
    this.#head = root;
  }

  get head(): TreeBlock {
    return this.#head;
  }

  get root(): TreeBlock {
    return this.#root;
  }

  get size(): number {
    return this.#blocks.size;
  }

  get(hash: Hash): TreeBlock | undefined {
    return this.#blocks.get(hash);
  }

  /** Takes a block in without making it the head. `orphan`: its parent is not here, and so neither is it. */
  add(block: TreeBlock): "known" | "orphan" | "added" {
    if (this.#blocks.has(block.hash)) return "known";
    const parent = this.#blocks.get(block.parentHash);
    if (parent === undefined) return "orphan";
    assert.equal(block.number, parent.number + 1n, "a child's number follows its parent's");
    this.#blocks.set(block.hash, block);
    return "added";
  }

  /** Whether the chain that ends in this block is to be preferred to the head's. */
  isBetter(block: TreeBlock): boolean {
    if (block.totalDifficulty !== this.#head.totalDifficulty) {
      return block.totalDifficulty > this.#head.totalDifficulty;
    }
    const hasDifficulty = this.get(block.parentHash)?.totalDifficulty !== block.totalDifficulty;
    return !hasDifficulty && block.number > this.#head.number;
  }

  /** Makes a block of the tree the head. */
  setHead(hash: Hash): Route {
    const route = this.route(this.#head.hash, hash);
    this.#head = this.#known(hash);
    return route;
  }

  /** The way between two blocks of the tree. */
  route(from: Hash, to: Hash): Route {
    const removed: TreeBlock[] = [];
    const added: TreeBlock[] = [];
    let left = this.#known(from);
    let right = this.#known(to);
    while (left.hash !== right.hash) {
      if (left.number >= right.number) {
        removed.push(left);
        left = this.#known(left.parentHash);
      } else {
        added.push(right);
        right = this.#known(right.parentHash);
      }
    }
    return { removed, added: added.reverse() };
  }

  /** The block at this height of the chain that ends in `hash`, if it is not before the root. */
  ancestor(hash: Hash, number: bigint): TreeBlock | undefined {
    let block = this.#blocks.get(hash);
    while (block !== undefined && block.number > number) block = this.#blocks.get(block.parentHash);
    return block?.number === number ? block : undefined;
  }

  /** Settles the head's ancestor at `number`: whatever does not descend from it is forgotten. */
  moveRoot(number: bigint): void {
    const root = this.ancestor(this.#head.hash, number);
    assert(root !== undefined, `block ${number} is not between the root and the head`);
    const kept = new Set([root.hash]);
    const byNumber = [...this.#blocks.values()].sort((a, b) => Number(a.number - b.number));
    for (const block of byNumber) {
      if (kept.has(block.parentHash)) kept.add(block.hash);
      else if (block !== root) this.#blocks.delete(block.hash);
    }
    this.#root = root;
  }

  #known(hash: Hash): TreeBlock {
    const block = this.#blocks.get(hash);
    assert(block !== undefined, `block ${hash} is not in the tree`);
    return block;
  }
}
