import type { ExecutedReceipt, StoredBlock } from "@ghostchain/protocol";
import type { Chain } from "../chain/chain.ts";

const GWEI = 10n ** 9n;
const BLOCKS = 20;
/** Of the cheapest tips that got into recent blocks, better than this part of them. */
const PERCENTILE = 60;
/** Lower tips are gifts of whoever made the block, and say nothing about its price. */
const LEAST_WEI = 2n;

/** What a producer has lately been content with. */
export class TipOracle {
  readonly #chain: Chain;
  readonly #lowest = new WeakMap<StoredBlock, bigint | "none">();
  #suggestion: { readonly revision: number; readonly wei: bigint } | undefined;

  constructor(chain: Chain) {
    this.#chain = chain;
  }

  /** Wei per gas; from the cheapest transaction of each of the last blocks, a gwei where they are empty. */
  suggestedTipWei(): bigint {
    const { revision } = this.#chain;
    if (this.#suggestion?.revision !== revision) {
      this.#suggestion = { revision, wei: this.#suggest() };
    }
    return this.#suggestion.wei;
  }

  #suggest(): bigint {
    const { head, store } = this.#chain;
    const tips: bigint[] = [];
    let block: StoredBlock | undefined = head;
    for (let looked = 0; block !== undefined && looked < BLOCKS; looked += 1) {
      const lowest = this.#lowestOf(block);
      if (lowest !== "none") tips.push(lowest);
      block = store.block(block.block.header.parentHash);
    }
    tips.sort((a, b) => (a < b ? -1 : 1));
    return tips[Math.floor(((tips.length - 1) * PERCENTILE) / 100)] ?? GWEI;
  }

  #lowestOf(block: StoredBlock): bigint | "none" {
    const known = this.#lowest.get(block);
    if (known !== undefined) return known;
    const receipts = this.#chain.store.receipts(block.hash) ?? [];
    const lowest = lowestTip(receipts, block.block.header.baseFeePerGasWei ?? 0n);
    this.#lowest.set(block, lowest);
    return lowest;
  }
}

function lowestTip(receipts: readonly ExecutedReceipt[], baseFeeWei: bigint): bigint | "none" {
  let lowest: bigint | "none" = "none";
  for (const { effectiveGasPriceWei } of receipts) {
    const tipWei = effectiveGasPriceWei - baseFeeWei;
    if (tipWei >= LEAST_WEI && (lowest === "none" || tipWei < lowest)) lowest = tipWei;
  }
  return lowest;
}
