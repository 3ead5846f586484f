import { readFileSync } from "node:fs";
import { join } from "node:path";
import { splitRlp } from "@ghostchain/encoding";
import { parseEthereumGenesis } from "@ghostchain/protocol";
import { testVectors } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import { VectorChain } from "./vector-chain.ts";

/** Origin: ethereum/execution-apis, tests: one chain through every hardfork from Homestead to Osaka. */
testVectors("execution-apis/chain.rlp", "execution-apis/tests", async (directory, tally) => {
  const genesis = JSON.parse(readFileSync(join(directory, "genesis.json"), "utf8"));
  const head = JSON.parse(readFileSync(join(directory, "headfcu.json"), "utf8"));
  const chain = await VectorChain.open(parseEthereumGenesis(genesis));
  for (const [index, encoded] of [
    ...splitRlp(readFileSync(join(directory, "chain.rlp"))),
  ].entries()) {
    tally.check(`block ${index + 1}`, () => chain.import(encoded));
  }
  tally.check("head", () => {
    expect(chain.head).toBe(head.params[0].headBlockHash);
  });
});
