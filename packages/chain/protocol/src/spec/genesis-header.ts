import { type Hash, includesFork } from "@ghostchain/evm";
import type { Header } from "../block/block.ts";
import { EMPTY_OMMERS_HASH } from "../block/block-codec.ts";
import { INITIAL_BASE_FEE_WEI } from "../rules/base-fee.ts";
import type { ChainSpec } from "./chain-spec.ts";
import { hardforkAt } from "./rules-at.ts";

/** Root of a trie without keys. */
const EMPTY_TRIE_ROOT =
  "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421" as Hash;
/** sha256 of nothing: no requests (EIP-7685). */
const EMPTY_REQUESTS_HASH =
  "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" as Hash;

/** The header of block 0, given the root of the state that the chain spec allocates. */
export function genesisHeader(spec: ChainSpec, stateRoot: Hash): Header {
  const { genesis } = spec;
  const hardfork = hardforkAt(spec, 0n, genesis.timestamp, 0n);
  return {
    parentHash: genesis.parentHash,
    ommersHash: EMPTY_OMMERS_HASH,
    coinbase: genesis.coinbase,
    stateRoot,
    transactionsRoot: EMPTY_TRIE_ROOT,
    receiptsRoot: EMPTY_TRIE_ROOT,
    logsBloom: new Uint8Array(256),
    difficulty: genesis.difficulty,
    number: 0n,
    gasLimit: genesis.gasLimit,
    gasUsed: 0n,
    timestamp: genesis.timestamp,
    extraData: genesis.extraData,
    mixHash: genesis.mixHash,
    nonce: genesis.nonce,
    ...(includesFork(hardfork, "london") && {
      baseFeePerGasWei: genesis.baseFeePerGas ?? INITIAL_BASE_FEE_WEI,
    }),
    ...(includesFork(hardfork, "shanghai") && { withdrawalsRoot: EMPTY_TRIE_ROOT }),
    ...(includesFork(hardfork, "cancun") && {
      blobGasUsed: genesis.blobGasUsed,
      excessBlobGas: genesis.excessBlobGas,
      parentBeaconBlockRoot: genesis.parentBeaconBlockRoot,
    }),
    ...(includesFork(hardfork, "prague") && { requestsHash: EMPTY_REQUESTS_HASH }),
  };
}
