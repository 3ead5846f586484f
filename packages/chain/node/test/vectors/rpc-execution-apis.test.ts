import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ChainSpec, parseChainSpec } from "@ghostchain/protocol";
import { createRpcDispatcher, RpcSession } from "@ghostchain/rpc";
import { createMetrics, createSilentLogger } from "@ghostchain/service";
import { testVectors } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import { createNode, type GhostNode } from "../../src/node.ts";
import { comparable, readConversations } from "./rpc-conversation.ts";

/**
 * What comes with tracing, simulation and block building; and `eth_config`, whose fork id there counts a
 * `mergeNetsplitBlock`, which our chain specs do not have.
 */
const LATER = /^(debug_trace|eth_simulateV1|testing_|eth_config)/;

testVectors("execution-apis: JSON-RPC", "execution-apis/tests", async (directory, tally) => {
  const logger = createSilentLogger();
  const node = await importChain(directory);
  const dispatcher = createRpcDispatcher({ backend: node.backend, logger });
  const session = new RpcSession({ mayControl: false });
  for (const { name, isShapeOnly, exchanges } of readConversations(directory)) {
    if (LATER.test(name)) continue;
    for (const { request, expected } of exchanges) {
      const answer = JSON.parse((await dispatcher.handleText(request, session)) ?? "null");
      tally.check(name, () =>
        expect(comparable(answer, isShapeOnly)).toEqual(comparable(expected, isShapeOnly)),
      );
    }
  }
  await node.stop();
});

/** A node that has imported the published chain. */
async function importChain(directory: string): Promise<GhostNode> {
  const genesis = JSON.parse(readFileSync(join(directory, "genesis.json"), "utf8"));
  const node = createNode(
    { logger: createSilentLogger(), metrics: createMetrics({ processMetrics: false }) },
    { spec: specOf(genesis), recoveryWorkers: 0, historyBlocks: "all" },
  );
  await node.start(new AbortController().signal);
  let rest: Uint8Array = readFileSync(join(directory, "chain.rlp"));
  while (rest.length > 0) {
    const size = sizeOfItem(rest);
    await node.importBlock(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
  return node;
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

/** A genesis file as geth reads it. */
interface Genesis {
  readonly config: Readonly<Record<string, number>> & {
    readonly blobSchedule: Readonly<
      Record<string, { target: number; max: number; baseFeeUpdateFraction: number }>
    >;
    readonly depositContractAddress: string;
  };
  readonly alloc: Readonly<Record<string, object>>;
  readonly nonce: string;
  readonly timestamp: string;
  readonly extraData: string;
  readonly gasLimit: string;
  readonly difficulty: string;
  readonly mixHash: string;
  readonly coinbase: string;
}

function specOf({ config, alloc, ...genesis }: Genesis): ChainSpec {
  const block = (name: string) => ({ block: config[name] ?? 0 });
  const time = (name: string) => ({ timestamp: config[name] ?? 0 });
  const { nonce, timestamp, extraData, gasLimit, difficulty, mixHash, coinbase } = genesis;
  return parseChainSpec({
    name: "hivechain",
    chainId: config.chainId,
    ledger: "accounts",
    production: { kind: "manual" },
    finality: { kind: "instant" },
    hardforks: {
      homestead: block("homesteadBlock"),
      tangerineWhistle: block("eip150Block"),
      spuriousDragon: block("eip155Block"),
      byzantium: block("byzantiumBlock"),
      constantinople: block("constantinopleBlock"),
      petersburg: block("petersburgBlock"),
      istanbul: block("istanbulBlock"),
      berlin: block("berlinBlock"),
      london: block("londonBlock"),
      paris: { totalDifficulty: config.terminalTotalDifficulty },
      shanghai: time("shanghaiTime"),
      cancun: time("cancunTime"),
      prague: time("pragueTime"),
      osaka: time("osakaTime"),
    },
    bombDelays: [
      { ...block("muirGlacierBlock"), delayBlocks: 9_000_000 },
      { ...block("arrowGlacierBlock"), delayBlocks: 10_700_000 },
      { ...block("grayGlacierBlock"), delayBlocks: 11_400_000 },
    ],
    blobSchedule: Object.entries(config.blobSchedule).map(([fork, blobs]) => ({
      at: time(`${fork}Time`),
      ...blobs,
    })),
    depositContract: config.depositContractAddress,
    genesis: {
      nonce,
      timestamp,
      extraData,
      gasLimit,
      difficulty,
      mixHash,
      coinbase,
      alloc,
    },
  });
}
