import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hexToBytes } from "@ghostchain/encoding";
import { decodeBlock, headerHash } from "@ghostchain/protocol";
import { CodedError } from "@ghostchain/service";
import { listVectorFiles, testVectors } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import { expectedRule } from "./block-exception.ts";
import { VectorChain } from "./vector-chain.ts";
import { specOf, type VectorGenesis } from "./vector-spec.ts";

interface BlockchainCase extends VectorGenesis {
  readonly genesisRLP: string;
  readonly blocks: readonly { readonly rlp: string; readonly expectException?: string }[];
  readonly lastblockhash: string;
}

/** Origin: ethereum/tests, BlockchainTests, without their proof of work. */
testVectors("BlockchainTests/applyBlock", "ethereum/BlockchainTests", async (directory, tally) => {
  for (const file of listVectorFiles(directory)) {
    const cases: Record<string, BlockchainCase> = JSON.parse(readFileSync(file, "utf8"));
    const folder = join(basename(dirname(file)), basename(file));
    for (const [name, vector] of Object.entries(cases)) {
      const fault = await runCase(vector).catch((error: unknown) => error);
      tally.check(`${folder} ${name}`, () => {
        if (fault !== undefined) throw fault;
      });
    }
  }
});

async function runCase(vector: BlockchainCase): Promise<void> {
  const chain = await VectorChain.open(specOf(vector));
  expect(chain.head).toBe(headerHash(decodeBlock(hexToBytes(vector.genesisRLP)).header));
  for (const [index, { rlp, expectException }] of vector.blocks.entries()) {
    const rule = ruleBrokenBy(() => chain.import(hexToBytes(rlp)));
    expect(rule ?? "none", `block ${index}: ${expectException}`).toMatch(
      expectedRule(expectException),
    );
  }
  expect(chain.head).toBe(vector.lastblockhash);
}

/** The code of the rule; for a transaction of a block, that of the transaction's rule. */
function ruleBrokenBy(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.cause instanceof CodedError ? error.cause.code : error.code;
  }
}
