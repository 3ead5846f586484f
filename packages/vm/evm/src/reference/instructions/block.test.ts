import { describe, expect, it } from "vitest";
import { BLOCK, COINBASE, evaluate, runCode } from "../../../test/run-code.ts";
import { hashOfWord } from "../../address.ts";

describe("block instructions", () => {
  it("tell of the block", () => {
    expect(evaluate("COINBASE")).toBe(BigInt(COINBASE));
    expect(evaluate("TIMESTAMP")).toBe(BLOCK.timestamp);
    expect(evaluate("NUMBER")).toBe(BLOCK.number);
    expect(evaluate("GASLIMIT")).toBe(BLOCK.gasLimit);
    expect(evaluate("CHAINID")).toBe(BLOCK.chainId);
    expect(evaluate("BASEFEE")).toBe(BLOCK.baseFeeWei);
    expect(evaluate("BLOBBASEFEE")).toBe(BLOCK.blobBaseFeeWei);
  });

  it("PREVRANDAO is the difficulty before the merge", () => {
    expect(evaluate("PREVRANDAO", { hardfork: "london" })).toBe(BLOCK.difficulty);
    expect(evaluate("PREVRANDAO", { hardfork: "paris" })).toBe(BLOCK.prevRandao);
  });

  it("BLOCKHASH sees the 256 blocks before this one", () => {
    const asked: bigint[] = [];
    const block = {
      blockHash: (number: bigint) => {
        asked.push(number);
        return hashOfWord(number);
      },
    };
    expect(evaluate("999 BLOCKHASH", { block })).toBe(999n);
    expect(evaluate("744 BLOCKHASH", { block })).toBe(744n);
    for (const unseen of ["743", "1000", "1001", `${2n ** 256n - 1n}`]) {
      expect(evaluate(`${unseen} BLOCKHASH`, { block })).toBe(0n);
    }
    expect(asked).toEqual([999n, 744n]);
    expect(evaluate("999 BLOCKHASH")).toBe(0n);
  });

  it("exist only since the hardfork that brought them", () => {
    expect(runCode("CHAINID", { hardfork: "petersburg" }).halt).toBe("invalid_opcode");
    expect(runCode("BASEFEE", { hardfork: "berlin" }).halt).toBe("invalid_opcode");
    expect(runCode("BLOBBASEFEE", { hardfork: "shanghai" }).halt).toBe("invalid_opcode");
  });
});
