import { type Hardfork, parseHash } from "@ghostchain/evm";
import { describe, expect, it } from "vitest";
import { MemoryBackend } from "../test/memory-backend.ts";
import type { ForkActivation } from "./backend.ts";
import { chainConfig } from "./chain-config.ts";

const MAINNET_GENESIS = parseHash(
  "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
);

/** Ethereum's mainnet; fork ids of EIP-2124 and of go-ethereum's documentation. */
const MAINNET: readonly (readonly [Hardfork, { block: bigint } | { timestamp: bigint }, string])[] =
  [
    ["frontier", { block: 0n }, "0xfc64ec04"],
    ["homestead", { block: 1_150_000n }, "0x97c2c34c"],
    ["homestead", { block: 1_920_000n }, "0x91d1f948"],
    ["tangerineWhistle", { block: 2_463_000n }, "0x7a64da13"],
    ["spuriousDragon", { block: 2_675_000n }, "0x3edd5b10"],
    ["byzantium", { block: 4_370_000n }, "0xa00bc324"],
    ["constantinople", { block: 7_280_000n }, "0x668db0af"],
    ["petersburg", { block: 7_280_000n }, "0x668db0af"],
    ["istanbul", { block: 9_069_000n }, "0x879d6e30"],
    ["istanbul", { block: 9_200_000n }, "0xe029e991"],
    ["berlin", { block: 12_244_000n }, "0x0eb440f6"],
    ["london", { block: 12_965_000n }, "0xb715077d"],
    ["london", { block: 13_773_000n }, "0x20c327fc"],
    ["london", { block: 15_050_000n }, "0xf0afd0e3"],
    ["shanghai", { timestamp: 1_681_338_455n }, "0xdce96c2d"],
    ["cancun", { timestamp: 1_710_338_135n }, "0x9f3d2254"],
  ];

function backendWith(forks: readonly ForkActivation[]): MemoryBackend {
  const backend = new MemoryBackend({ chainId: 1n });
  const genesis = backend.head();
  backend.block = () => ({
    ...genesis,
    hash: MAINNET_GENESIS,
    block: { ...genesis.block, header: { ...genesis.block.header, timestamp: 0n } },
  });
  backend.forks = () => forks;
  return backend;
}

describe("chainConfig", () => {
  it("computes the fork ids of Ethereum's mainnet", () => {
    const forks = MAINNET.map(([hardfork, at]) => ({ hardfork, at }));
    const backend = backendWith(forks);
    MAINNET.forEach(([, , expected], index) => {
      backend.forks = () => forks.slice(0, index + 1);
      const { current, last } = chainConfig(backend);
      expect((last ?? current)?.forkId).toBe(expected);
    });
  });

  it("tells what is, what comes next and what comes last", () => {
    const blobs = { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477n };
    const backend = backendWith([
      { hardfork: "shanghai", at: { timestamp: 0n } },
      { hardfork: "cancun", at: { timestamp: 2_000_000_000n }, blobs },
      { hardfork: "prague", at: { timestamp: 3_000_000_000n } },
    ]);
    const { current, next, last } = chainConfig(backend);
    expect(current).not.toHaveProperty("blobSchedule");
    expect(current?.precompiles).not.toHaveProperty("KZG_POINT_EVALUATION");
    expect(next).toMatchObject({
      activationTime: 2_000_000_000,
      blobSchedule: { target: 3, max: 6, baseFeeUpdateFraction: 3_338_477 },
      systemContracts: { BEACON_ROOTS_ADDRESS: "0x000f3df6d732807ef1319fb7b8bb8522d0beac02" },
    });
    expect(last?.blobSchedule).toEqual(next?.blobSchedule);
    expect(last?.precompiles).toHaveProperty("BLS12_G1ADD");
    const settled = chainConfig(backendWith([{ hardfork: "osaka", at: { block: 0n } }]));
    expect([settled.next, settled.last]).toEqual([null, null]);
    expect(settled.current?.precompiles).toHaveProperty("P256VERIFY");
  });
});
