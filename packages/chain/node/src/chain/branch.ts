import type { StateSnapshot } from "@ghostchain/accounts";
import type { Hash } from "@ghostchain/evm";
import type { StoredBlock } from "@ghostchain/protocol";
import type { BlockHashes } from "./execute-block.ts";
import type { ExecutedBlock } from "./executed-block.ts";

/** Blocks being put on top of one another before any of them is written. */
export class Branch {
  readonly blocks: ExecutedBlock[] = [];
  readonly #canonicalHash: BlockHashes;
  #tip: StoredBlock;
  #state: StateSnapshot;

  /** @param canonicalHash of the blocks up to `root`, which is one of them */
  constructor(root: StoredBlock, state: StateSnapshot, canonicalHash: BlockHashes) {
    this.#tip = root;
    this.#state = state;
    this.#canonicalHash = canonicalHash;
  }

  get tip(): StoredBlock {
    return this.#tip;
  }

  /** After the tip. */
  get state(): StateSnapshot {
    return this.#state;
  }

  add(executed: ExecutedBlock): void {
    this.blocks.push(executed);
    this.#tip = executed.record.stored;
    this.#state = executed.staged;
  }

  readonly blockHash = (number: bigint): Hash | undefined => {
    const first = this.blocks[0]?.record.stored.block.header.number;
    if (first === undefined || number < first) return this.#canonicalHash(number);
    return this.blocks[Number(number - first)]?.record.stored.hash;
  };
}
