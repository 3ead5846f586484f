import { describe, expect, it } from "vitest";
import { parseEthereumGenesis } from "./ethereum-genesis.ts";
import { hardforkAt, rulesAt } from "./rules-at.ts";

const CONFIG = {
  chainId: 1234,
  homesteadBlock: 0,
  eip150Block: 3,
  eip155Block: 6,
  byzantiumBlock: 9,
  constantinopleBlock: 12,
  berlinBlock: 24,
  muirGlacierBlock: 21,
  londonBlock: 27,
  arrowGlacierBlock: 30,
  terminalTotalDifficulty: 4_732_352,
  shanghaiTime: 390,
  cancunTime: 420,
  bpo1Time: 510,
  ethash: {},
  blobSchedule: { bpo1: { target: 10, max: 15, baseFeeUpdateFraction: 8_346_193 } },
};
const GENESIS = { config: CONFIG, gasLimit: "0x5f5e100", number: "0x0", baseFeePerGas: null };

describe("parseEthereumGenesis", () => {
  const spec = parseEthereumGenesis(GENESIS);

  it.each([
    [2n, 0n, 0n, "homestead"],
    [5n, 0n, 0n, "tangerineWhistle"],
    [6n, 0n, 0n, "spuriousDragon"],
    [12n, 0n, 0n, "petersburg"],
    [35n, 300n, 4_732_351n, "london"],
    [37n, 380n, 4_732_352n, "paris"],
    [38n, 390n, 4_732_352n, "shanghai"],
    [40n, 420n, 4_732_352n, "cancun"],
  ])("has at block %d, time %d, difficulty %d the rules of %s", (number, time, td, expected) => {
    expect(hardforkAt(spec, number, time, td)).toBe(expected);
  });

  it("takes over glaciers and blob counts", () => {
    expect(rulesAt(spec, { number: 31n, timestamp: 0n }).bombDelayBlocks).toBe(10_700_000n);
    expect(rulesAt(spec, { number: 50n, timestamp: 509n }).blobs?.max).toBe(6);
    expect(rulesAt(spec, { number: 50n, timestamp: 510n }).blobs?.max).toBe(15);
  });

  it("names the key that is wrong", () => {
    const source = { ...GENESIS, config: { ...CONFIG, berlinBlock: "soon" } };
    expect(() => parseEthereumGenesis(source)).toThrowError(/config\.berlinBlock/);
  });
});
