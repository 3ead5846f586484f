import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Hardfork } from "@ghostchain/evm";
import { listVectorFiles, testVectors } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import { type DifficultyRules, nextDifficulty, parseChainSpec, rulesAt } from "../../src/index.ts";

/** Numbers are text, in decimal in the oldest file and hexadecimal elsewhere. */
interface DifficultyCase {
  readonly parentTimestamp: string;
  readonly parentDifficulty: string;
  readonly currentTimestamp: string;
  readonly currentBlockNumber: string;
  readonly currentDifficulty: string;
  /** A flag, or the hash of the list of ommers. */
  readonly parentUncles?: string;
}

const EMPTY_OMMERS_HASH = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";

const NETWORKS: Record<string, DifficultyRules> = {
  Frontier: rules("frontier", 0n),
  Homestead: rules("homestead", 0n),
  EIP150: rules("tangerineWhistle", 0n),
  EIP158: rules("spuriousDragon", 0n),
  Byzantium: rules("byzantium", 3_000_000n),
  Constantinople: rules("constantinople", 5_000_000n),
  ConstantinopleFix: rules("petersburg", 5_000_000n),
  Istanbul: rules("istanbul", 9_000_000n),
  Berlin: rules("berlin", 9_000_000n),
  London: rules("london", 9_700_000n),
  ArrowGlacier: rules("london", 10_700_000n),
  GrayGlacier: rules("london", 11_400_000n),
};

/** Origin: ethereum/tests, DifficultyTests: network to cases. */
testVectors("DifficultyTests", "ethereum/DifficultyTests", (directory, tally) => {
  for (const file of listVectorFiles(directory)) {
    const suites: Record<string, Record<string, Record<string, DifficultyCase>>> = read(file);
    for (const networks of Object.values(suites)) {
      for (const [network, cases] of Object.entries(networks)) {
        for (const [name, vector] of Object.entries(cases)) {
          tally.check(`${basename(file)} ${name}`, () => {
            const under = NETWORKS[network];
            if (under === undefined) throw new Error(`no rules for ${network}`);
            check(vector, () => under);
          });
        }
      }
    }
  }
});

/** When mainnet's hardforks began. */
const MAINNET = parseChainSpec({
  name: "mainnet",
  chainId: 1,
  ledger: "accounts",
  production: { kind: "manual" },
  finality: { kind: "none" },
  hardforks: {
    homestead: { block: 1_150_000 },
    tangerineWhistle: { block: 2_463_000 },
    spuriousDragon: { block: 2_675_000 },
    byzantium: { block: 4_370_000 },
    petersburg: { block: 7_280_000 },
    istanbul: { block: 9_069_000 },
    berlin: { block: 12_244_000 },
    london: { block: 12_965_000 },
  },
  bombDelays: [
    { block: 9_200_000, delayBlocks: 9_000_000 },
    { block: 13_773_000, delayBlocks: 10_700_000 },
    { block: 15_050_000, delayBlocks: 11_400_000 },
  ],
  genesis: { gasLimit: 5000 },
});

const BASIC_RULES: Record<string, (number: bigint) => DifficultyRules> = {
  "difficulty.json": mainnetRules,
  "difficultyMainNetwork.json": mainnetRules,
  "difficultyCustomMainNetwork.json": mainnetRules,
  "difficultyCustomHomestead.json": () => rules("homestead", 0n),
};

/** Origin: ethereum/tests, BasicTests/difficulty*.json. */
testVectors("BasicTests/difficulty", "ethereum/BasicTests", (directory, tally) => {
  for (const [file, rulesOf] of Object.entries(BASIC_RULES)) {
    const cases: Record<string, DifficultyCase> = read(join(directory, file));
    for (const [name, vector] of Object.entries(cases)) {
      tally.check(`${file} ${name}`, () => check(vector, rulesOf));
    }
  }
});

function check(vector: DifficultyCase, rulesOf: (number: bigint) => DifficultyRules): void {
  const number = BigInt(vector.currentBlockNumber);
  const { parentUncles = "0x00" } = vector;
  const parent = {
    difficulty: BigInt(vector.parentDifficulty),
    timestamp: BigInt(vector.parentTimestamp),
    hasOmmers:
      parentUncles.length === 66 ? parentUncles !== EMPTY_OMMERS_HASH : BigInt(parentUncles) > 0n,
  };
  const difficulty = nextDifficulty(
    parent,
    number,
    BigInt(vector.currentTimestamp),
    rulesOf(number),
  );
  expect(difficulty).toBe(BigInt(vector.currentDifficulty));
}

function mainnetRules(number: bigint): DifficultyRules {
  return rulesAt(MAINNET, { number, timestamp: 0n });
}

function rules(hardfork: Hardfork, bombDelayBlocks: bigint): DifficultyRules {
  return { hardfork, bombDelayBlocks };
}

function read(file: string) {
  return JSON.parse(readFileSync(file, "utf8"));
}
