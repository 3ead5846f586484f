import type { RecoveryPool } from "@ghostchain/crypto";
import type { Hash } from "@ghostchain/evm";
import {
  type Ancestor,
  type Block,
  checkBody,
  checkHeader,
  checkOmmers,
  decodeBlock,
  encodeTransaction,
  type Header,
  headerHash,
  OMMER_GENERATIONS,
  ProtocolError,
  rulesAt,
  type StoredBlock,
} from "@ghostchain/protocol";
import type { NodeMetrics } from "../metrics.ts";
import { NodeError } from "../node-error.ts";
import type { Branch } from "./branch.ts";
import { type Chain, treeBlockOf } from "./chain.ts";
import { blockSite, executeBlock } from "./execute-block.ts";
import type { ExecutedBlock } from "./executed-block.ts";
import type { Lane } from "./lane.ts";
import type { Machines } from "./machines.ts";
import { type OpenedBlock, openBlock, requireOwnBody } from "./open-block.ts";

export interface BlockImporterDeps {
  readonly chain: Chain;
  readonly lane: Lane;
  readonly machines: Machines;
  readonly recovery: Pick<RecoveryPool, "recover">;
  readonly metrics: NodeMetrics;
}

/**
 * What became of a block that breaks no rule: it is the head now, it waits on a branch that is not the best, or it
 * was here already.
 */
export type ImportOutcome = "head" | "held" | "known";

/** Hashes of blocks that broke a rule, so that what follows them is refused without another look. */
const BAD_BLOCKS = 1_024;

/** Takes in blocks that others made: header, body, execution, store, tree, in this order. */
export class BlockImporter {
  readonly #deps: BlockImporterDeps;
  readonly #bad = new Set<Hash>();

  constructor(deps: BlockImporterDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when the block is durable.
   *
   * @throws {ProtocolError} the rule it breaks, by itself or beside its parent
   * @throws {BlockError} what executing it shows to be wrong
   * @throws {NodeError} `NODE_BRANCH_TOO_OLD`, `NODE_BLOCK_FOLLOWS_BAD`
   */
  import(encoded: Uint8Array): Promise<ImportOutcome> {
    return this.#deps.lane.run(async () => {
      try {
        return await this.#import(decodeBlock(encoded), encoded.length);
      } catch (error) {
        this.#deps.metrics.rejectedBlocks.inc();
        throw error;
      }
    });
  }

  async #import(block: Block, sizeBytes: number): Promise<ImportOutcome> {
    const { chain, recovery } = this.#deps;
    const hash = headerHash(block.header);
    if (chain.tree.get(hash) !== undefined) return "known";
    const parent = this.#parentOf(block.header);
    const rules = this.#rulesOf(block.header, parent.totalDifficulty);
    checkHeader(block.header, parent.block.header, rules);
    checkBody(block, rules, sizeBytes);
    this.#checkOmmers(block, parent);
    const circumstances = { ...rules, sizeBytes, parentTotalDifficulty: parent.totalDifficulty };
    const opened = await openBlock(block, circumstances, recovery);
    requireOwnBody(opened);
    if (!chain.tree.isBetter(treeBlockOf(opened.stored))) {
      await chain.hold(opened.stored, opened.envelopes);
      return "held";
    }
    await this.#adopt(opened, parent);
    return "head";
  }

  /** Executes the block's branch from where it leaves the canonical chain, and makes it the chain. */
  async #adopt(opened: OpenedBlock, parent: StoredBlock): Promise<void> {
    const { chain } = this.#deps;
    const { removed, added } = chain.tree.route(chain.head.hash, parent.hash);
    const fork = chain.head.block.header.number - BigInt(removed.length);
    const branch = chain.branchAt(fork);
    if (branch === undefined) {
      throw new NodeError({ code: "NODE_BRANCH_TOO_OLD", parent: parent.hash, number: fork });
    }
    for (const next of [...added.map(({ hash }) => this.#reopen(hash)), opened]) {
      branch.add(this.#execute(next, branch));
    }
    if (removed.length === 0) await chain.extend(branch.blocks);
    else await chain.replace(fork, branch.blocks, "branch");
  }

  #execute(opened: OpenedBlock, branch: Branch): ExecutedBlock {
    const { chain, machines, metrics } = this.#deps;
    const stopTimer = metrics.executeSeconds.startTimer();
    const { header } = opened.stored.block;
    const { tip, state, blockHash } = branch;
    try {
      const site = blockSite({ spec: chain.spec, machines }, header, tip, state, blockHash);
      return executeBlock(site, opened);
    } catch (error) {
      this.#remember(opened.stored.hash);
      throw error;
    } finally {
      stopTimer();
    }
  }

  #remember(bad: Hash): void {
    this.#bad.add(bad);
    for (const oldest of this.#bad) {
      if (this.#bad.size <= BAD_BLOCKS) break;
      this.#bad.delete(oldest);
    }
  }

  #parentOf({ parentHash }: Header): StoredBlock {
    const { chain } = this.#deps;
    const parent = chain.store.block(parentHash);
    if (parent === undefined) {
      throw new ProtocolError({ code: "BLOCK_PARENT_UNKNOWN", parent: parentHash });
    }
    if (chain.tree.get(parentHash) === undefined) {
      const { number } = chain.tree.root;
      throw new NodeError({ code: "NODE_BRANCH_TOO_OLD", parent: parentHash, number });
    }
    if (this.#bad.has(parentHash)) {
      throw new NodeError({ code: "NODE_BLOCK_FOLLOWS_BAD", parent: parentHash });
    }
    return parent;
  }

  #rulesOf({ number, timestamp }: Header, parentTotalDifficulty: bigint) {
    return rulesAt(this.#deps.chain.spec, { number, timestamp, parentTotalDifficulty });
  }

  #checkOmmers(block: Block, parent: StoredBlock): void {
    if (block.ommers.length === 0) return;
    const ancestors: Ancestor[] = [];
    for (let at: StoredBlock | undefined = parent; at && ancestors.length < OMMER_GENERATIONS; ) {
      ancestors.push(at);
      at = this.#deps.chain.store.block(at.block.header.parentHash);
    }
    checkOmmers(block.ommers, ancestors, (ommer) => this.#rulesOf(ommer, parent.totalDifficulty));
  }

  #reopen(hash: Hash): OpenedBlock {
    if (this.#bad.has(hash)) throw new NodeError({ code: "NODE_BLOCK_FOLLOWS_BAD", parent: hash });
    const stored = this.#known(hash);
    return { stored, envelopes: stored.block.transactions.map(encodeTransaction) };
  }

  #known(hash: Hash): StoredBlock {
    const stored = this.#deps.chain.store.block(hash);
    if (stored === undefined) throw new NodeError({ code: "NODE_BLOCK_MISSING", hash });
    return stored;
  }
}
