import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bytesToHex } from "@ghostchain/encoding";
import type { Hash } from "@ghostchain/evm";
import { encodeBlock, genesisHeader, headerHash, parseChainSpec } from "@ghostchain/protocol";
import { listVectorFiles, testVectors } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import { createGenesis } from "../../src/index.ts";

interface GenesisCase {
  /** The balance is called `wei` in some. */
  readonly alloc: Record<string, { readonly wei?: string; readonly balance?: string }>;
  readonly result: string;
  readonly [key: string]: unknown;
}

interface GenesisHashes {
  readonly genesis_rlp_hex: string;
  readonly genesis_state_root: string;
  readonly genesis_hash: string;
}

/** Origin: ethereum/tests, GenesisTests. */
testVectors("GenesisTests", "ethereum/GenesisTests", (directory, tally) => {
  for (const file of listVectorFiles(directory)) {
    const cases: Record<string, GenesisCase> = JSON.parse(readFileSync(file, "utf8"));
    for (const [name, { result, alloc, ...genesis }] of Object.entries(cases)) {
      tally.check(name, () => {
        const accounts = Object.entries(alloc).map(([address, { wei, ...account }]) => [
          address,
          { ...account, balance: account.balance ?? wei },
        ]);
        const spec = specOf({
          ...genesis,
          // An empty number in one case.
          timestamp: genesis.timestamp === "0x" ? 0 : genesis.timestamp,
          alloc: Object.fromEntries(accounts),
        });
        expect(bytesToHex(encodeBlock(createGenesis(spec).block))).toBe(`0x${result}`);
      });
    }
  }
});

/** Origin: ethereum/tests, BasicTests/genesishashestest.json: mainnet's first block, without its accounts. */
testVectors("BasicTests/genesis", "ethereum/BasicTests", (directory, tally) => {
  const file = join(directory, "genesishashestest.json");
  const vector: GenesisHashes = JSON.parse(readFileSync(file, "utf8"));
  tally.check("genesis", () => {
    const spec = specOf({
      nonce: "0x42",
      gasLimit: 5000,
      difficulty: "0x400000000",
      extraData: "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
    });
    const header = genesisHeader(spec, `0x${vector.genesis_state_root}` as Hash);
    const block = { header, transactions: [], ommers: [], withdrawals: undefined };
    expect(bytesToHex(encodeBlock(block))).toBe(`0x${vector.genesis_rlp_hex}`);
    expect(headerHash(header)).toBe(`0x${vector.genesis_hash}`);
  });
});

function specOf(genesis: Record<string, unknown>) {
  return parseChainSpec({
    name: "vector",
    chainId: 1,
    ledger: "accounts",
    production: { kind: "manual" },
    finality: { kind: "none" },
    hardforks: {},
    genesis,
  });
}
