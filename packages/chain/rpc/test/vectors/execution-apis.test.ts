import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hexToBytes } from "@ghostchain/encoding";
import { type Hardfork, parseAddress } from "@ghostchain/evm";
import { decodeBlock, decodeHeader } from "@ghostchain/protocol";
import { testVectors } from "@ghostchain/tools/vectors";
import { describe, expect } from "vitest";
import type { ForkActivation } from "../../src/backend.ts";
import { MemoryBackend } from "../memory-backend.ts";
import { setUp } from "../test-dispatcher.ts";
import { comparable, readConversations } from "./conversation.ts";

/** What needs no execution: blocks and transactions as they are stored, and parameters that are refused. */
const WITHOUT_EXECUTION = [
  /^debug_getRaw(Block|Header|Transaction)\//,
  /^eth_(blockNumber|chainId|config|syncing)\//,
  /^eth_getBlockBy/,
  /^eth_getBlockTransactionCountBy/,
  /^eth_getTransactionBy/,
  /^eth_getBlockReceipts\/get-block-receipts-(0|earliest|empty|not-found)$/,
  /^eth_getLogs\/filter-error/,
  /^eth_getStorage(At|Values)\/.*(invalid|empty-request|unknown)/,
  /^net_version\//,
  /^txpool_contentFrom\//,
];

describe("ethereum/execution-apis", () => {
  testVectors(
    "JSON-RPC conversations without execution",
    "execution-apis/tests",
    async (directory, tally) => {
      const { dispatcher, session } = setUp({ backend: publishedChain(directory) });
      for (const { name, isShapeOnly, exchanges } of readConversations(directory)) {
        if (!WITHOUT_EXECUTION.some((pattern) => pattern.test(name))) continue;
        for (const { request, expected } of exchanges) {
          const answer = JSON.parse((await dispatcher.handleText(request, session)) ?? "null");
          tally.check(name, () =>
            expect(comparable(answer, isShapeOnly)).toEqual(comparable(expected, isShapeOnly)),
          );
        }
      }
    },
  );
});

/** The test chain, from its genesis block as one conversation gives it and the blocks of `chain.rlp`. */
function publishedChain(directory: string): MemoryBackend {
  const { config } = JSON.parse(readFileSync(join(directory, "genesis.json"), "utf8"));
  const genesis = genesisHeaderOf(directory);
  const backend = new MemoryBackend({
    chainId: BigInt(config.chainId),
    genesis: decodeHeader(hexToBytes(genesis)),
  });
  backend.forks = () => forksOf(config);
  let rest: Uint8Array = readFileSync(join(directory, "chain.rlp"));
  while (rest.length > 0) {
    const size = sizeOfItem(rest);
    backend.adopt(decodeBlock(rest.subarray(0, size)));
    rest = rest.subarray(size);
  }
  return backend;
}

function genesisHeaderOf(directory: string): string {
  for (const { name, exchanges } of readConversations(join(directory, "debug_getRawHeader"))) {
    const [exchange] = exchanges;
    if (name === "get-genesis" && exchange) return (exchange.expected as { result: string }).result;
  }
  throw new Error("the vectors do not give the genesis header");
}

/** Blocks follow each other without anything between: a list's head tells where it ends. */
function sizeOfItem(bytes: Uint8Array): number {
  const [first = 0] = bytes;
  if (first < 0xf8) return 1 + first - 0xc0;
  const lengthBytes = first - 0xf7;
  let length = 0;
  for (const byte of bytes.subarray(1, 1 + lengthBytes)) length = length * 256 + byte;
  return 1 + lengthBytes + length;
}

interface GenesisConfig {
  readonly depositContractAddress: string;
  readonly blobSchedule: Record<
    string,
    { target: number; max: number; baseFeeUpdateFraction: number }
  >;
  readonly [key: string]: unknown;
}

/** Hardforks by the keys that genesis files use. */
const FORK_KEYS: readonly (readonly [key: string, hardfork: Hardfork])[] = [
  ["homesteadBlock", "homestead"],
  ["eip150Block", "tangerineWhistle"],
  ["eip155Block", "spuriousDragon"],
  ["byzantiumBlock", "byzantium"],
  ["constantinopleBlock", "constantinople"],
  ["petersburgBlock", "petersburg"],
  ["istanbulBlock", "istanbul"],
  ["muirGlacierBlock", "istanbul"],
  ["berlinBlock", "berlin"],
  ["londonBlock", "london"],
  ["arrowGlacierBlock", "london"],
  ["grayGlacierBlock", "london"],
  ["mergeNetsplitBlock", "paris"],
  ["shanghaiTime", "shanghai"],
  ["cancunTime", "cancun"],
  ["pragueTime", "prague"],
  ["osakaTime", "osaka"],
  ["bpo1Time", "osaka"],
  ["bpo2Time", "osaka"],
];

function forksOf(config: GenesisConfig): ForkActivation[] {
  return FORK_KEYS.map(([key, hardfork]) => {
    const at = BigInt(config[key] as number);
    const blobs = config.blobSchedule[key.replace("Time", "")];
    return {
      hardfork,
      at: key.endsWith("Time") ? { timestamp: at } : { block: at },
      blobs: blobs && {
        target: blobs.target,
        max: blobs.max,
        baseFeeUpdateFraction: BigInt(blobs.baseFeeUpdateFraction),
      },
      depositContract: parseAddress(config.depositContractAddress),
    };
  });
}
