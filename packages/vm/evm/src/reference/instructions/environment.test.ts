import { describe, expect, it } from "vitest";
import { COINBASE, evaluate, HERE, runCode, SENDER } from "../../../test/run-code.ts";
import { addressOfWord, hashOfWord } from "../../address.ts";

const OTHER = addressOfWord(0x07e4n);
const COUNTING = Uint8Array.from({ length: 40 }, (_, index) => index + 1);

describe("environment instructions", () => {
  it("tell of the call and its transaction", () => {
    const scene = { valueWei: 5n, data: COUNTING };
    expect(evaluate("ADDRESS", scene)).toBe(BigInt(HERE));
    expect(evaluate("CALLER", scene)).toBe(BigInt(SENDER));
    expect(evaluate("ORIGIN", scene)).toBe(BigInt(SENDER));
    expect(evaluate("CALLVALUE", scene)).toBe(5n);
    expect(evaluate("SELFBALANCE", scene)).toBe(5n);
    expect(evaluate("CALLDATASIZE", scene)).toBe(40n);
    expect(evaluate("GASPRICE", scene)).toBe(11n);
    expect(evaluate("CODESIZE")).toBe(7n);
  });

  it("CALLDATALOAD reads zeros beyond the data", () => {
    const load = (offset: bigint): bigint => evaluate(`${offset} CALLDATALOAD`, { data: COUNTING });
    const hex = (text: string): bigint => BigInt(`0x${text.padEnd(64, "0")}`);
    expect(load(0n)).toBe(hex(Buffer.from(COUNTING.subarray(0, 32)).toString("hex")));
    expect(load(39n)).toBe(hex("28"));
    expect(load(40n)).toBe(0n);
    expect(load(2n ** 256n - 1n)).toBe(0n);
  });

  it("copies fill with zeros what the source does not have", () => {
    const dirty = `${2n ** 256n - 1n} 0 MSTORE`;
    expect(evaluate(`${dirty} 32 39 0 CALLDATACOPY 0 MLOAD`, { data: COUNTING })).toBe(
      0x28n << 248n,
    );
    expect(evaluate(`${dirty} 32 ${2n ** 200n} 0 CALLDATACOPY 0 MLOAD`)).toBe(0n);
    expect(evaluate(`${dirty} 32 1000 0 CODECOPY 0 MLOAD`)).toBe(0n);
    const accounts = new Map([[OTHER, { code: Uint8Array.of(0xab, 0xcd) }]]);
    expect(evaluate(`${dirty} 32 1 0 ${BigInt(OTHER)} EXTCODECOPY 0 MLOAD`, { accounts })).toBe(
      0xcdn << 248n,
    );
  });

  it("copies cost 3 gas a word besides the memory", () => {
    expect(runCode("33 0 0 CALLDATACOPY").gasUsed).toBe(3n + 2n + 2n + 3n + 6n + 6n);
  });

  it("RETURNDATACOPY halts where the others would give zeros", () => {
    const call = `0 0 0 0 ${BigInt(OTHER)} GAS STATICCALL POP`;
    const accounts = new Map([[OTHER, { code: "7 0 MSTORE 32 0 RETURN" }]]);
    expect(evaluate(`${call} RETURNDATASIZE`, { accounts })).toBe(32n);
    expect(evaluate(`${call} 32 0 0 RETURNDATACOPY 0 MLOAD`, { accounts })).toBe(7n);
    for (const range of ["33 0", "32 1", `0 33`, `0 ${2n ** 255n}`, `${2n ** 255n} 0`]) {
      const { halt } = runCode(`${call} ${range} 0 RETURNDATACOPY`, { accounts });
      expect(halt).toBe("return_data_out_of_bounds");
    }
    expect(runCode(`${call} 0 32 0 RETURNDATACOPY`, { accounts }).halt).toBeUndefined();
  });

  it("EXTCODEHASH is zero for no account and for an empty one, else the hash of the code", () => {
    const hash = `${BigInt(OTHER)} EXTCODEHASH`;
    expect(evaluate(hash)).toBe(0n);
    expect(evaluate(hash, { accounts: new Map([[OTHER, {}]]) })).toBe(0n);
    expect(evaluate(hash, { accounts: new Map([[OTHER, { balanceWei: 1n }]]) })).toBe(
      0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470n,
    );
    const accounts = new Map([[OTHER, { code: Uint8Array.from(Buffer.from("abc")) }]]);
    expect(evaluate(hash, { accounts })).toBe(
      0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45n,
    );
  });

  it("BLOBHASH is zero beyond the last", () => {
    const transaction = { blobHashes: [hashOfWord(8n), hashOfWord(9n)] };
    expect(evaluate("1 BLOBHASH", { transaction })).toBe(9n);
    expect(evaluate("2 BLOBHASH", { transaction })).toBe(0n);
    expect(evaluate(`${2n ** 64n} BLOBHASH`, { transaction })).toBe(0n);
  });
});

describe("reading an account", () => {
  it("costs 2600 gas the first time and 100 after that", () => {
    for (const reader of ["BALANCE", "EXTCODESIZE", "EXTCODEHASH"]) {
      const once = `${BigInt(OTHER)} ${reader}`;
      expect(runCode(once).gasUsed).toBe(3n + 2600n);
      expect(runCode(`${once} ${once}`).gasUsed).toBe(2n * 3n + 2700n);
    }
    const coinbase = `${BigInt(COINBASE)} BALANCE`;
    expect(runCode(coinbase, { prepare: (world) => world.warmAccount(COINBASE) }).gasUsed).toBe(
      103n,
    );
    // Precompiles are always warm.
    expect(runCode("4 BALANCE").gasUsed).toBe(103n);
  });

  it("costs the same each time before Berlin", () => {
    const gasOf = (reader: string, hardfork: "frontier" | "byzantium" | "istanbul"): bigint =>
      runCode(`1000 ${reader}`, { hardfork }).gasUsed - 3n;
    expect(gasOf("BALANCE", "frontier")).toBe(20n);
    expect(gasOf("BALANCE", "byzantium")).toBe(400n);
    expect(gasOf("BALANCE", "istanbul")).toBe(700n);
    expect(gasOf("EXTCODESIZE", "frontier")).toBe(20n);
    expect(gasOf("EXTCODESIZE", "istanbul")).toBe(700n);
  });
});
