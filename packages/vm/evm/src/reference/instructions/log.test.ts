import { bytesToHex } from "@ghostchain/encoding";
import { describe, expect, it } from "vitest";
import { HERE, runCode } from "../../../test/run-code.ts";
import { addressOfWord, hashOfWord } from "../../address.ts";

describe("LOG instructions", () => {
  it("LOGn writes n topics, in the order they come off the stack, and a range of memory", () => {
    for (let count = 0; count <= 4; count++) {
      const topics = [11n, 12n, 13n, 14n].slice(0, count);
      const code = `0xabcd 0 MSTORE ${topics.toReversed().join(" ")} 2 30 LOG${count}`;
      const { world, halt } = runCode(code);
      expect(halt).toBeUndefined();
      expect(world.logs.map(({ data, ...log }) => ({ ...log, data: bytesToHex(data) }))).toEqual([
        { address: HERE, topics: topics.map(hashOfWord), data: "0xabcd" },
      ]);
    }
  });

  it("LOGn costs 375 gas, as much for each topic, and 8 a byte", () => {
    expect(runCode("1 2 3 10 0 LOG3").gasUsed).toBe(3n * 3n + 3n + 2n + 375n * 4n + 80n + 3n);
  });

  it("are gone with a frame that fails", () => {
    const other = addressOfWord(0x07e4n);
    const call = `0 0 0 0 0 ${BigInt(other)} 10000 CALL`;
    const accounts = new Map([[other, { code: "0 0 LOG0 INVALID" }]]);
    const { world } = runCode(`0 0 LOG0 ${call} 7 0 0 LOG1`, { accounts });
    expect(world.logs.map(({ topics }) => topics.length)).toEqual([0, 1]);
  });
});
