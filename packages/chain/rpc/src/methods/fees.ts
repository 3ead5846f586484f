import { toQuantity } from "@ghostchain/encoding";
import type { RpcEnvironment } from "../environment.ts";
import { feeHistory, readPercentiles } from "../fee-history.ts";
import { type MethodTable, method, optional, required } from "../method.ts";
import { readBlockNumber } from "../read/block-reference.ts";
import { readLooseUint64 } from "../read/value.ts";

/** What gas costs, has cost, and will cost in the next block. */
export function feeMethods({ backend }: RpcEnvironment): MethodTable {
  return {
    eth_gasPrice: method([], () =>
      toQuantity(backend.nextBaseFeeWei() + backend.suggestedTipWei()),
    ),
    eth_maxPriorityFeePerGas: method([], () => toQuantity(backend.suggestedTipWei())),
    eth_baseFee: method([], () => toQuantity(backend.nextBaseFeeWei())),
    eth_blobBaseFee: method([], () => toQuantity(backend.nextBlobBaseFeeWei())),
    eth_feeHistory: method(
      [
        required("blockCount", readLooseUint64),
        required("newestBlock", readBlockNumber),
        optional("rewardPercentiles", readPercentiles, []),
      ],
      ([count, newest, percentiles]) => feeHistory(backend, { count, newest, percentiles }),
    ),
  };
}
