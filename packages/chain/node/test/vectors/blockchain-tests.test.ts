import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { hexToBytes } from "@ghostchain/encoding";
import type { Address } from "@ghostchain/evm";
import { type ChainSpec, parseChainSpec } from "@ghostchain/protocol";
import { CodedError, createMetrics, createSilentLogger } from "@ghostchain/service";
import { listVectorFiles, testVectors, type VectorTally } from "@ghostchain/tools/vectors";
import { createNode, type GhostNode } from "../../src/node.ts";
import { bombDelaysOf, scheduleOf } from "./vector-network.ts";

interface VectorAccount {
  readonly balance: string;
  readonly nonce: string;
  readonly code: string;
  readonly storage: Readonly<Record<string, string>>;
}

interface VectorTest {
  readonly network: string;
  readonly genesisBlockHeader: Readonly<Record<string, string>>;
  readonly pre: Readonly<Record<Address, VectorAccount>>;
  readonly blocks: readonly { readonly rlp: string; readonly expectException?: string }[];
  readonly lastblockhash: string;
  readonly postState?: Readonly<Record<Address, VectorAccount>>;
  readonly postStateHash?: string;
}

const SUITES = ["ValidBlocks", "InvalidBlocks", "TransitionTests"];

for (const suite of SUITES) {
  const path = `ethereum/BlockchainTests/${suite}`;
  testVectors(`node: BlockchainTests/${suite}`, path, async (directory, tally) => {
    for (const file of listVectorFiles(directory)) {
      const tests: Record<string, VectorTest> = JSON.parse(readFileSync(file, "utf8"));
      for (const [name, test] of Object.entries(tests)) {
        await checkAsync(tally, `${relative(directory, file)} ${name}`, () => importAll(test));
      }
    }
  });
}

async function checkAsync(
  tally: VectorTally,
  name: string,
  run: () => Promise<void>,
): Promise<void> {
  const failure = await run().then(
    () => undefined,
    (error: unknown) => error,
  );
  tally.check(name, () => {
    if (failure !== undefined) throw failure;
  });
}

/** Brings every block of a test to a node in memory, and compares what that has become with what it should. */
async function importAll(test: VectorTest): Promise<void> {
  const node = createNode(
    { logger: createSilentLogger(), metrics: createMetrics({ processMetrics: false }) },
    { spec: specOf(test), recoveryWorkers: 0 },
  );
  await node.start(new AbortController().signal);
  try {
    expectEqual("genesis", node.backend.head().hash, test.genesisBlockHeader.hash);
    for (const [index, { rlp, expectException }] of test.blocks.entries()) {
      await importOne(node, index, rlp, expectException);
    }
    expectEqual("last block", node.backend.head().hash, test.lastblockhash);
    const root = node.backend.head().block.header.stateRoot;
    if (test.postStateHash !== undefined) expectEqual("state root", root, test.postStateHash);
    for (const [address, account] of Object.entries(test.postState ?? {})) {
      expectAccount(node, address as Address, account);
    }
  } finally {
    await node.stop();
  }
}

async function importOne(
  node: GhostNode,
  index: number,
  rlp: string,
  expectException: string | undefined,
): Promise<void> {
  try {
    const outcome = await node.importBlock(hexToBytes(rlp));
    // Not executed, and so not judged: it must never become the head, which the last hash tells.
    if (outcome === "held") return;
  } catch (error) {
    if (expectException !== undefined && error instanceof CodedError) return;
    throw new Error(`block ${index} was refused: ${error}`, { cause: error });
  }
  if (expectException === undefined) return;
  throw new Error(`block ${index} was taken, though it should break ${expectException}`);
}

function expectAccount(node: GhostNode, address: Address, expected: VectorAccount): void {
  const state = node.backend.state({ tag: "latest" });
  const account = state?.account(address);
  expectEqual(`${address} nonce`, account?.nonce, BigInt(expected.nonce));
  expectEqual(`${address} balance`, account?.balanceWei, BigInt(expected.balance));
  const code = account === undefined ? undefined : state?.code(account.codeHash);
  expectEqual(`${address} code`, Buffer.from(code ?? []).toString("hex"), expected.code.slice(2));
  for (const [slot, value] of Object.entries(expected.storage)) {
    expectEqual(`${address} ${slot}`, state?.storage(address, BigInt(slot)), BigInt(value));
  }
}

function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what}: ${actual}, expected ${expected}`);
}

function specOf({ network, genesisBlockHeader: header, pre }: VectorTest): ChainSpec {
  return parseChainSpec({
    name: "vector",
    chainId: 1,
    ledger: "accounts",
    production: { kind: "manual" },
    finality: { kind: "none" },
    ...scheduleOf(network),
    bombDelays: bombDelaysOf(network),
    genesis: {
      nonce: header.nonce,
      timestamp: header.timestamp,
      extraData: header.extraData,
      gasLimit: header.gasLimit,
      difficulty: header.difficulty,
      parentHash: header.parentHash,
      mixHash: header.mixHash,
      coinbase: header.coinbase,
      ...given("baseFeePerGas", header),
      ...given("blobGasUsed", header),
      ...given("excessBlobGas", header),
      ...given("parentBeaconBlockRoot", header),
      alloc: pre,
    },
  });
}

function given(key: string, header: VectorTest["genesisBlockHeader"]): object {
  return header[key] === undefined ? {} : { [key]: header[key] };
}
