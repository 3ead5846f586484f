import { bytesToHex } from "@ghostchain/encoding";
import { encodeBlock, encodeHeader, encodeReceipt } from "@ghostchain/protocol";
import { type RpcEnvironment, requireBlock, requireReceipts } from "../environment.ts";
import { type MethodTable, method, required } from "../method.ts";
import { readBlockReference } from "../read/block-reference.ts";
import { readHash } from "../read/value.ts";
import { rawTransactionByHash } from "./transactions.ts";

const block = required("block", readBlockReference);

/** Blocks and transactions in the encoding that hashes are taken of. */
export function debugMethods({ backend }: RpcEnvironment): MethodTable {
  return {
    debug_getRawBlock: method([block], ([reference]) =>
      bytesToHex(encodeBlock(requireBlock(backend, reference).block)),
    ),
    debug_getRawHeader: method([block], ([reference]) =>
      bytesToHex(encodeHeader(requireBlock(backend, reference).block.header)),
    ),
    debug_getRawReceipts: method([block], ([reference]) =>
      requireReceipts(backend, requireBlock(backend, reference)).map((receipt) =>
        bytesToHex(encodeReceipt(receipt)),
      ),
    ),
    debug_getRawTransaction: method(
      [required("transactionHash", readHash)],
      ([hash]) => rawTransactionByHash(backend, hash) ?? "0x",
    ),
    debug_getBadBlocks: method([], () => []),
  };
}
