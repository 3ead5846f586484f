import { assert, constantFrom, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../address.ts";
import { HARDFORKS, type Hardfork } from "../hardfork.ts";
import { precompilesOf } from "./precompiles-of.ts";

const at = (number: number) => parseAddress(`0x${number.toString(16).padStart(40, "0")}`);

describe("precompilesOf", () => {
  it.each<[Hardfork, number[]]>([
    ["frontier", [1, 2, 3, 4]],
    ["spuriousDragon", [1, 2, 3, 4]],
    ["byzantium", [1, 2, 3, 4, 5, 6, 7, 8]],
    ["istanbul", [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["shanghai", [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["cancun", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ["prague", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]],
    ["osaka", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 0x100]],
  ])("has those of %s", (hardfork, numbers) => {
    expect([...precompilesOf(hardfork).keys()]).toEqual(numbers.map(at));
  });

  it("takes any input, prices it, and neither changes nor keeps it", () =>
    assert(
      property(constantFrom(...HARDFORKS), uint8Array({ maxLength: 500 }), (hardfork, bytes) => {
        for (const precompile of precompilesOf(hardfork).values()) {
          const input = bytes.slice();
          const gas = precompile.gas(input, hardfork);
          expect(gas).toBeGreaterThanOrEqual(0n);
          // More than a block could pay for: the machine would not run it.
          const output = gas < 1_000_000n ? precompile.run(input, hardfork) : undefined;
          expect(input).toEqual(bytes);
          if (output !== undefined && output.length > 0)
            expect(output.buffer).not.toBe(input.buffer);
        }
      }),
      { numRuns: 200 },
    ));

  it("gives each caller bytes of its own", () => {
    for (const [address, precompile] of precompilesOf("osaka")) {
      const first = precompile.run(new Uint8Array(213), "osaka");
      const before = first?.slice();
      first?.fill(7);
      expect(precompile.run(new Uint8Array(213), "osaka"), address).toEqual(before);
    }
  });
});
