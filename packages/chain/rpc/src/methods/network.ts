import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex, toQuantity } from "@ghostchain/encoding";
import type { RpcBackend } from "../backend.ts";
import { chainConfig } from "../chain-config.ts";
import type { RpcEnvironment } from "../environment.ts";
import { type MethodTable, method, required } from "../method.ts";
import { readBytes } from "../read/value.ts";

/** Which chain this is, and what the node is. */
export function networkMethods({ backend }: RpcEnvironment): MethodTable {
  return {
    web3_clientVersion: method([], () => backend.clientVersion),
    web3_sha3: method([required("data", readBytes)], ([data]) => bytesToHex(keccak256(data))),
    net_version: method([], () => backend.chainId.toString()),
    net_listening: method([], () => true),
    net_peerCount: method([], () => "0x0"),
    eth_chainId: method([], () => toQuantity(backend.chainId)),
    eth_protocolVersion: method([], () => "0x44"),
    eth_syncing: method([], () => false),
    eth_capabilities: method([], () => capabilities(backend)),
    ...(backend.forks ? { eth_config: method([], () => chainConfig(backend)) } : {}),
    admin_nodeInfo: method([], () => nodeInfo(backend)),
    admin_peers: method([], () => []),
  };
}

function capabilities(backend: RpcBackend) {
  const head = backend.head();
  const whole = { disabled: false, oldestBlock: "0x0" };
  const state = { disabled: false, oldestBlock: toQuantity(oldestState(backend)) };
  return {
    head: { number: toQuantity(head.block.header.number), hash: head.hash },
    state,
    tx: whole,
    logs: whole,
    receipts: whole,
    blocks: whole,
    stateproofs: state,
  };
}

/** The oldest block whose state is kept, given that all after it are kept too. */
function oldestState(backend: RpcBackend): bigint {
  let missing = -1n;
  let kept = backend.head().block.header.number;
  while (missing + 1n < kept) {
    const middle = (missing + kept) / 2n;
    if (backend.state({ number: middle })) kept = middle;
    else missing = middle;
  }
  return kept;
}

function nodeInfo(backend: RpcBackend) {
  const head = backend.head();
  const genesis = backend.block({ tag: "earliest" });
  return {
    name: backend.clientVersion,
    protocols: {
      eth: {
        network: Number(backend.chainId),
        genesis: genesis?.hash ?? null,
        head: head.hash,
        difficulty: toQuantity(head.totalDifficulty),
      },
    },
  };
}
