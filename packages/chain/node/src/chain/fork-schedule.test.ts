import { type Header, parseChainSpec } from "@ghostchain/protocol";
import { expect, it } from "vitest";
import { forkSchedule } from "./fork-schedule.ts";

const GENESIS = { timestamp: 0n } as Header;

it("lists every change of rules once, blocks before times", () => {
  const spec = parseChainSpec({
    name: "forks",
    chainId: 1,
    ledger: "accounts",
    production: { kind: "manual" },
    finality: { kind: "none" },
    hardforks: {
      homestead: { block: 0 },
      byzantium: { block: 10 },
      petersburg: { block: 20 },
      london: { block: 30 },
      paris: { totalDifficulty: 1000 },
      shanghai: { timestamp: 500 },
      cancun: { timestamp: 600 },
    },
    daoForkBlock: 5,
    bombDelays: [{ block: 35, delayBlocks: 10_700_000 }],
    blobSchedule: [
      { at: { timestamp: 700 }, target: 10, max: 15, baseFeeUpdateFraction: 8_346_193 },
    ],
    genesis: { gasLimit: 5000 },
  });
  const schedule = forkSchedule(spec, GENESIS);
  expect(schedule.map(({ hardfork, at }) => [hardfork, Number(Object.values(at)[0])])).toEqual([
    ["homestead", 0],
    ["homestead", 5],
    ["byzantium", 10],
    ["petersburg", 20],
    ["london", 30],
    ["london", 35],
    ["shanghai", 500],
    ["cancun", 600],
    ["cancun", 700],
  ]);
  expect(schedule.map(({ blobs }) => blobs?.max)).toEqual([
    ...Array<undefined>(7).fill(undefined),
    6,
    15,
  ]);
});
