import type { RangeRefusal } from "../rpc/refusal.ts";

const BLOCKS_FIRST = 1_000n;
const BLOCKS_MAX = 50_000n;
/** A range that gave fewer logs than this is answered fast: the next one may be larger. */
const LOGS_FEW = 2_000;
/** One that gave more fills memory, several times over. */
const LOGS_MANY = 10_000;
/** Ranges that must succeed after a refusal before a larger one is tried again. */
const PATIENCE = 8;

/** How many blocks one endpoint is asked the logs of at once: less when it refuses, slowly more when it does not. */
export class RangeLimit {
  #blocks = BLOCKS_FIRST;
  #ceiling = BLOCKS_MAX;
  /** Undefined until the first refusal: so far every size was right. */
  #patience: number | undefined;

  get blocks(): bigint {
    return this.#blocks;
  }

  /** @returns whether there is a smaller range to try */
  refused(asked: bigint, { suggestedBlocks, isCeiling }: RangeRefusal): boolean {
    if (asked <= 1n) return false;
    const isUseful = suggestedBlocks !== undefined && suggestedBlocks < asked;
    const next = isUseful ? suggestedBlocks : asked / 2n;
    if (isCeiling && isUseful) this.#ceiling = next;
    this.#blocks = min(this.#blocks, next);
    this.#patience = PATIENCE;
    return true;
  }

  answered(asked: bigint, logs: number): void {
    if (logs > LOGS_MANY) this.#blocks = min(this.#blocks, max(1n, asked / 2n));
    if (logs > LOGS_FEW || asked < this.#blocks) return;
    if (this.#patience === undefined) this.#blocks = min(this.#blocks * 2n, this.#ceiling);
    else if (this.#patience > 1) this.#patience -= 1;
    else {
      this.#blocks = min(this.#blocks + this.#blocks / 4n + 1n, this.#ceiling);
      this.#patience = PATIENCE;
    }
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
