import { describe, expect, it } from "vitest";
import { compareProgram } from "./compare.ts";

const PROGRAMS = 500;

/** The long version is `node packages/vm/evm/test/fuzz/run.ts --programs 10000`. */
describe("the reference machine", () => {
  it(`agrees with @ethereumjs/evm on ${PROGRAMS} random programs`, {
    timeout: 120_000,
  }, async () => {
    const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
    for (let index = 0; index < PROGRAMS; index++) {
      const { difference } = await compareProgram(seed + index);
      expect(difference, `repeat with FUZZ_SEED=${seed + index}`).toBeUndefined();
    }
  });
});
