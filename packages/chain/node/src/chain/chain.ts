import assert from "node:assert/strict";
import type { AccountState, StateSnapshot } from "@ghostchain/accounts";
import type { Address, Hash, StateChanges } from "@ghostchain/evm";
import { BlockTree, type ChainSpec, type StoredBlock, type TreeBlock } from "@ghostchain/protocol";
import type { KeyChange, KeyValue } from "@ghostchain/storage";
import type { NodeMetrics } from "../metrics.ts";
import { NodeError } from "../node-error.ts";
import { type ChainStore, canonicalChanges } from "../store/chain-store.ts";
import { Branch } from "./branch.ts";
import type { ExecutedBlock } from "./executed-block.ts";

export interface ChainDeps {
  readonly spec: ChainSpec;
  /** Holds the index and the state, so that one write moves both. */
  readonly keyValue: KeyValue;
  readonly store: ChainStore;
  readonly state: AccountState;
  readonly metrics: NodeMetrics;
}

/** The canonical chain moved, or the state of its head was edited. It is durable. */
export interface ChainMove {
  readonly cause: MoveCause;
  /** Newest first. */
  readonly removed: readonly StoredBlock[];
  /** Oldest first. */
  readonly added: readonly StoredBlock[];
  /** Accounts whose nonce or balance may be less of use than before; undefined where that is not known. */
  readonly changed: Iterable<Address> | undefined;
}

/** A branch turned out better and took the chain's place, or somebody who may decree it had the chain otherwise. */
export type MoveCause = "block" | "branch" | "decree";

/** A point of the chain to come back to: a block, and how often its state had been edited. */
export interface ChainPoint {
  readonly number: bigint;
  readonly hash: Hash;
  readonly edit: bigint;
}

/** How far back a branch may leave the canonical chain. */
const TREE_BLOCKS = 1_024n;

/**
 * The canonical chain: where it ends, and the one way to move it. Each move is one write; whoever holds the lane
 * makes it, and nobody sees it before it is durable.
 */
export class Chain {
  readonly #deps: ChainDeps;
  readonly #listeners = new Set<(move: ChainMove) => void>();
  #head: StoredBlock;
  #revision = 0;
  readonly tree: BlockTree;

  /** The store has a head; see `openChain`. */
  constructor(deps: ChainDeps, head: StoredBlock) {
    this.#deps = deps;
    this.#head = head;
    this.tree = treeEndingIn(deps.store, head);
    deps.metrics.headNumber.set(Number(head.block.header.number));
  }

  get head(): StoredBlock {
    return this.#head;
  }

  /** Another after every move, edits included. */
  get revision(): number {
    return this.#revision;
  }

  get spec(): ChainSpec {
    return this.#deps.spec;
  }

  get store(): ChainStore {
    return this.#deps.store;
  }

  /** The head's state with its edits; good until the head moves. */
  headState(): StateSnapshot {
    return this.#deps.state.at(this.#head.block.header.number);
  }

  /** The state after a canonical block, or undefined where it is no longer kept. */
  stateAfter(number: bigint): StateSnapshot | undefined {
    const { state } = this.#deps;
    return number >= state.oldestNumber() && number <= this.#head.block.header.number
      ? state.at(number)
      : undefined;
  }

  /** Hash of a canonical block. */
  readonly hashOf = (number: bigint): Hash | undefined => this.#deps.store.hashOf(number);

  /** A branch that begins after the canonical block of this number; undefined where its state is forgotten. */
  branchAt(number: bigint): Branch | undefined {
    const hash = this.hashOf(number);
    const root = hash && this.#deps.store.block(hash);
    const state = this.stateAfter(number);
    return root && state && new Branch(root, state, this.hashOf);
  }

  isCanonical(hash: Hash, number: bigint): boolean {
    return this.#deps.store.hashOf(number) === hash;
  }

  /** Runs after every move, in order. A listener must not throw. */
  onMove(listener: (move: ChainMove) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  point(): ChainPoint {
    const { hash, block } = this.#head;
    return { number: block.header.number, hash, edit: this.#deps.state.headEdit() };
  }

  /** Puts blocks on the head, oldest first. */
  async extend(added: readonly ExecutedBlock[]): Promise<void> {
    await this.#commit("block", [], [], added);
  }

  /**
   * Leaves the canonical chain at the block of this number for a branch that grows from it, or for nothing.
   *
   * @throws {AccountsError} `STATE_NOT_KEPT` where the chain no longer knows the way back
   */
  async replace(
    number: bigint,
    added: readonly ExecutedBlock[],
    cause: "branch" | "decree",
  ): Promise<void> {
    await this.#commit(cause, this.#deps.state.unwindTo(number), this.#blocksAfter(number), added);
  }

  /** Goes back to a point of the canonical chain, edits and all. False where it is not on it. */
  async rewind({ number, hash, edit }: ChainPoint): Promise<boolean> {
    if (!this.isCanonical(hash, number)) return false;
    const unwinding = this.#deps.state.unwindTo(number, edit);
    await this.#commit("decree", unwinding, this.#blocksAfter(number), []);
    return true;
  }

  /** Changes the head's state by decree. The head's header goes on claiming the root it had. */
  async edit(changes: StateChanges): Promise<void> {
    const { state, keyValue } = this.#deps;
    const { number } = this.#head.block.header;
    const edit = state.headEdit() + 1n;
    const staged = this.headState().stage({ number, edit, changes });
    await keyValue.write(staged.writes);
    const changed = changes.accounts.keys();
    this.#announce({ cause: "decree", removed: [], added: [], changed });
  }

  /** Remembers a block of a branch that is not the best, to be executed if it ever is. */
  async hold(stored: StoredBlock, envelopes: readonly Uint8Array[]): Promise<void> {
    const { store, keyValue } = this.#deps;
    const placed = await store.append([{ stored, envelopes, receipts: undefined }]);
    await keyValue.write(placed);
    this.tree.add(treeBlockOf(stored));
  }

  async #commit(
    cause: MoveCause,
    unwinding: readonly KeyChange[],
    removed: readonly StoredBlock[],
    added: readonly ExecutedBlock[],
  ): Promise<void> {
    const { store, keyValue, metrics } = this.#deps;
    const stopTimer = metrics.commitSeconds.startTimer();
    const stored = added.map(({ record }) => record.stored);
    const head = stored.at(-1) ?? this.#parentOfOldest(removed);
    const placed = await store.append(added.map(({ record }) => record));
    const moved = canonicalChanges(removed, stored, head.hash);
    const states = added.flatMap(({ staged }) => staged.writes);
    await keyValue.write([...unwinding, ...states, ...placed, ...moved]);
    stopTimer();
    for (const { record } of added) store.remember(record);
    for (const block of stored) this.tree.add(treeBlockOf(block));
    this.tree.setHead(head.hash);
    this.#head = head;
    this.#pruneTree();
    this.#count(removed, stored);
    this.#announce({ cause, removed, added: stored, changed: changedBy(removed, stored) });
  }

  #announce(move: ChainMove): void {
    this.#revision += 1;
    for (const listener of this.#listeners) listener(move);
  }

  #count(removed: readonly StoredBlock[], added: readonly StoredBlock[]): void {
    const { metrics } = this.#deps;
    metrics.headNumber.set(Number(this.#head.block.header.number));
    if (removed.length > 0) metrics.reorgs.inc();
    for (const { block } of added) {
      metrics.transactions.inc(block.transactions.length);
      metrics.gas.inc(Number(block.header.gasUsed));
    }
  }

  #pruneTree(): void {
    const { number } = this.#head.block.header;
    if (number - this.tree.root.number >= 2n * TREE_BLOCKS) {
      this.tree.moveRoot(number - TREE_BLOCKS);
    }
  }

  /** Canonical blocks after this number, newest first. */
  #blocksAfter(number: bigint): StoredBlock[] {
    const blocks: StoredBlock[] = [];
    for (let block = this.#head; block.block.header.number > number; ) {
      blocks.push(block);
      block = this.#known(block.block.header.parentHash);
    }
    return blocks;
  }

  #parentOfOldest(removed: readonly StoredBlock[]): StoredBlock {
    const oldest = removed.at(-1);
    return oldest === undefined ? this.#head : this.#known(oldest.block.header.parentHash);
  }

  #known(hash: Hash): StoredBlock {
    const block = this.#deps.store.block(hash);
    if (block === undefined) throw new NodeError({ code: "NODE_BLOCK_MISSING", hash });
    return block;
  }
}

/**
 * Only its own transactions take nonce and balance from an account, unless it has signed a delegation (EIP-7702):
 * then nobody knows without looking.
 */
function changedBy(
  removed: readonly StoredBlock[],
  added: readonly StoredBlock[],
): Iterable<Address> | undefined {
  const isPlain = added.every(({ block }) => block.transactions.every(({ type }) => type !== 4));
  if (removed.length > 0 || !isPlain) return undefined;
  return new Set(added.flatMap(({ senders }) => senders));
}

export function treeBlockOf({ block, hash, totalDifficulty }: StoredBlock): TreeBlock {
  const { parentHash, number } = block.header;
  return { hash, parentHash, number, totalDifficulty };
}

/** The newest canonical blocks. Branches are not searched for: whoever has one offers it again. */
function treeEndingIn(store: ChainStore, head: StoredBlock): BlockTree {
  const { number } = head.block.header;
  const from = number > TREE_BLOCKS ? number - TREE_BLOCKS : 0n;
  const tree = new BlockTree(canonicalAt(store, from));
  for (let at = from + 1n; at <= number; at += 1n) tree.add(canonicalAt(store, at));
  tree.setHead(head.hash);
  return tree;
}

function canonicalAt(store: ChainStore, number: bigint): TreeBlock {
  const hash = store.hashOf(number);
  const entry = hash && store.entry(hash);
  assert(hash && entry, `the index has no canonical block ${number}`);
  const { totalDifficulty, header } = entry;
  return { hash, parentHash: header.parentHash, number, totalDifficulty };
}
