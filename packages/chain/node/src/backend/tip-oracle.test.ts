import type { Hash } from "@ghostchain/evm";
import type { ExecutedReceipt, StoredBlock } from "@ghostchain/protocol";
import { expect, it } from "vitest";
import type { Chain } from "../chain/chain.ts";
import { TipOracle } from "./tip-oracle.ts";

const GWEI = 10n ** 9n;

/** A chain of blocks with these tips, oldest first. */
function chainWith(tips: readonly (readonly bigint[])[]) {
  const blocks = tips.map((_, index) => ({
    hash: `0x${index}` as Hash,
    block: { header: { parentHash: `0x${index - 1}`, baseFeePerGasWei: 100n } },
  })) as unknown as StoredBlock[];
  const receipts = (hash: Hash) =>
    tips[Number(hash.slice(2))]?.map((tip) => ({ effectiveGasPriceWei: 100n + tip })) as
      | ExecutedReceipt[]
      | undefined;
  const block = (hash: Hash) => blocks.find((candidate) => candidate.hash === hash);
  return { revision: 1, head: blocks.at(-1), store: { block, receipts } } as unknown as Chain;
}

it("suggests a gwei where there is nothing to go by", () => {
  expect(new TipOracle(chainWith([[], []])).suggestedTipWei()).toBe(GWEI);
});

it("suggests what more than half of the recent blocks would have taken", () => {
  const tips = [[5n, 50n], [7n], [3n, 9n], [], [20n, 30n], [6n]];
  expect(new TipOracle(chainWith(tips)).suggestedTipWei()).toBe(6n);
});

it("looks no further back than twenty blocks, and passes over gifts", () => {
  const tips = [[900n], ...Array.from({ length: 20 }, () => [0n, 8n])];
  expect(new TipOracle(chainWith(tips)).suggestedTipWei()).toBe(8n);
});
