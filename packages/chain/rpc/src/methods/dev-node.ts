import { randomBytes } from "node:crypto";
import { bytesToHex, toQuantity } from "@ghostchain/encoding";
import type { RpcBackend } from "../backend.ts";
import { type MethodTable, method, required } from "../method.ts";
import { readBoolean } from "../read/value.ts";
import { underNames } from "./dev-names.ts";

/** How dev tools find out what they talk to. */
export function devNodeMethods(backend: RpcBackend): MethodTable {
  const instanceId = bytesToHex(randomBytes(32));
  return {
    ...underNames(["anvil_metadata", "hardhat_metadata"], () =>
      method([], () => {
        const head = backend.head();
        return {
          clientVersion: backend.clientVersion,
          chainId: Number(backend.chainId),
          instanceId,
          latestBlockNumber: Number(head.block.header.number),
          latestBlockHash: head.hash,
          snapshots: {},
        };
      }),
    ),
    anvil_nodeInfo: method([], () => nodeInfo(backend)),
    ...underNames(["anvil_setLoggingEnabled", "hardhat_setLoggingEnabled"], () =>
      method([required("enabled", readBoolean)], () => true),
    ),
  };
}

function nodeInfo(backend: RpcBackend) {
  const head = backend.head();
  const { header } = head.block;
  return {
    currentBlockNumber: toQuantity(header.number),
    currentBlockTimestamp: Number(header.timestamp),
    currentBlockHash: head.hash,
    hardFork: backend.hardforkOf(head),
    transactionOrder: "fees",
    environment: {
      baseFee: toQuantity(backend.nextBaseFeeWei()),
      chainId: Number(backend.chainId),
      gasLimit: toQuantity(header.gasLimit),
      gasPrice: toQuantity(backend.nextBaseFeeWei() + backend.suggestedTipWei()),
    },
    forkConfig: { forkUrl: null, forkBlockNumber: null, forkRetryBackoff: null },
  };
}
