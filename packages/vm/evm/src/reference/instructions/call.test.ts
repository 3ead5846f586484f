import { describe, expect, it } from "vitest";
import { evaluate, HERE, type Placed, runCode, SENDER } from "../../../test/run-code.ts";
import { addressOfWord } from "../../address.ts";
import { delegationTo } from "../../delegation.ts";
import type { Address } from "../../evm.ts";
import { allBut64th } from "./call.ts";

const OTHER = addressOfWord(0x07e4n);
const THIRD = addressOfWord(0x30003n);
const RETURN_TOP = "0 MSTORE 32 0 RETURN";

function calling(code: string, more: readonly [Address, Placed][] = []): Map<Address, Placed> {
  return new Map<Address, Placed>([[OTHER, { code }], ...more]);
}

/** Calls OTHER and leaves what it returns. */
function result(kind: string, code: string, valueWei?: bigint): bigint {
  const value = kind === "CALL" || kind === "CALLCODE" ? `${valueWei ?? 0n}` : "";
  const call = `32 0 0 0 ${value} ${BigInt(OTHER)} GAS ${kind} POP 0 MLOAD`;
  return evaluate(call, { accounts: calling(code), balanceWei: 100n, valueWei: 3n });
}

describe("the kinds of call", () => {
  it("CALL runs the other account's code as itself, called by us", () => {
    expect(result("CALL", `ADDRESS ${RETURN_TOP}`)).toBe(BigInt(OTHER));
    expect(result("CALL", `CALLER ${RETURN_TOP}`)).toBe(BigInt(HERE));
    expect(result("CALL", `CALLVALUE ${RETURN_TOP}`, 7n)).toBe(7n);
    expect(result("CALL", `SELFBALANCE ${RETURN_TOP}`, 7n)).toBe(7n);
  });

  it("CALLCODE runs it on our account, called by us; the value stays", () => {
    expect(result("CALLCODE", `ADDRESS ${RETURN_TOP}`)).toBe(BigInt(HERE));
    expect(result("CALLCODE", `CALLER ${RETURN_TOP}`)).toBe(BigInt(HERE));
    expect(result("CALLCODE", `CALLVALUE ${RETURN_TOP}`, 7n)).toBe(7n);
    expect(result("CALLCODE", `SELFBALANCE ${RETURN_TOP}`, 7n)).toBe(103n);
  });

  it("DELEGATECALL runs it on our account, with our caller and value", () => {
    expect(result("DELEGATECALL", `ADDRESS ${RETURN_TOP}`)).toBe(BigInt(HERE));
    expect(result("DELEGATECALL", `CALLER ${RETURN_TOP}`)).toBe(BigInt(SENDER));
    expect(result("DELEGATECALL", `CALLVALUE ${RETURN_TOP}`)).toBe(3n);
  });

  it("STATICCALL forbids every change of the state below it", () => {
    const call = `0 0 0 0 ${BigInt(OTHER)} 50000 STATICCALL`;
    const changes = [
      "1 0 SSTORE",
      "1 0 TSTORE",
      "0 0 LOG0",
      "0 0 0 CREATE",
      "0 0 0 0 CREATE2",
      "0 SELFDESTRUCT",
      `0 0 0 0 1 ${BigInt(THIRD)} GAS CALL`,
    ];
    for (const change of changes) {
      expect(evaluate(call, { accounts: calling(change), balanceWei: 5n }), change).toBe(0n);
    }
    const harmless = `0 0 0 0 0 ${BigInt(THIRD)} GAS CALL ${RETURN_TOP}`;
    expect(evaluate(call, { accounts: calling(harmless) })).toBe(1n);
    const below = `0 0 0 0 0 ${BigInt(THIRD)} GAS CALL ${RETURN_TOP}`;
    const third: [Address, Placed] = [THIRD, { code: "1 0 SSTORE" }];
    const code = `32 0 0 0 ${BigInt(OTHER)} GAS STATICCALL POP 0 MLOAD`;
    expect(evaluate(code, { accounts: calling(below, [third]) })).toBe(0n);
  });
});

describe("the result of a call", () => {
  it("says whether the call succeeded, and gives its output or revert data", () => {
    const call = `0 0 0 0 0 ${BigInt(OTHER)} GAS CALL`;
    expect(evaluate(call, { accounts: calling("STOP") })).toBe(1n);
    expect(evaluate(call, { accounts: calling("0 0 REVERT") })).toBe(0n);
    expect(evaluate(call, { accounts: calling("INVALID") })).toBe(0n);
    const size = `${call} RETURNDATASIZE`;
    expect(evaluate(size, { accounts: calling("5 0 RETURN") })).toBe(5n);
    expect(evaluate(size, { accounts: calling("5 0 REVERT") })).toBe(5n);
    expect(evaluate(size, { accounts: calling("5 0 MSTORE INVALID") })).toBe(0n);
  });

  it("is no more output than there is, and no more than there is room for", () => {
    const ones = 2n ** 256n - 1n;
    const call = (room: number): string =>
      `${ones} 0 MSTORE ${room} 0 0 0 ${BigInt(OTHER)} GAS STATICCALL POP 0 MLOAD`;
    const accounts = calling("0x1234 0 MSTORE 2 30 RETURN");
    expect(evaluate(call(32), { accounts })).toBe((0x1234n << 240n) | (2n ** 240n - 1n));
    expect(evaluate(call(1), { accounts })).toBe((0x12n << 248n) | (2n ** 248n - 1n));
  });
});

describe("the gas of a call", () => {
  it("is all but a 64th at most, and comes back where it is left", () => {
    expect(allBut64th(6400n)).toBe(6300n);
    const seen = `32 0 0 0 ${BigInt(OTHER)} ${2n ** 255n} STATICCALL POP 0 MLOAD`;
    const before = 1_000_000n - (3n + 2n + 2n + 2n + 3n + 3n) - 3n - 2600n;
    const accounts = calling(`GAS ${RETURN_TOP}`);
    expect(evaluate(seen, { accounts })).toBe(allBut64th(before) - 2n);
    expect(
      runCode(`0 0 0 0 ${BigInt(OTHER)} GAS STATICCALL`, { accounts: calling("") }).gasUsed,
    ).toBe(4n * 2n + 3n + 2n + 2600n);
  });

  it("must be there before EIP-150, or the caller fails", () => {
    const call = `0 0 0 0 0 ${BigInt(OTHER)} 999999999 CALL`;
    expect(runCode(call, { hardfork: "homestead" }).halt).toBe("out_of_gas");
    expect(runCode(call, { hardfork: "tangerineWhistle" }).halt).toBeUndefined();
  });

  it("is 9000 more with value, of which 2300 go to the callee, and 25000 for a new account", () => {
    const call = (value: number, to: Address): string => `0 0 0 0 ${value} ${BigInt(to)} 0 CALL`;
    const scene = { balanceWei: 10n };
    const pushes = 5n * 2n + 3n + 3n;
    const plain = new Map([[OTHER, { balanceWei: 1n }]]);
    const gasOf = (value: number, accounts: Map<Address, Placed>): bigint =>
      runCode(call(value, OTHER), { ...scene, accounts }).gasUsed;
    expect(gasOf(0, new Map())).toBe(pushes - 1n + 2600n);
    expect(gasOf(1, plain)).toBe(pushes + 2600n + 9000n - 2300n);
    expect(gasOf(1, new Map())).toBe(pushes + 2600n + 9000n + 25_000n - 2300n);
    const stipend = `32 0 0 0 1 ${BigInt(OTHER)} 0 CALL POP 0 MLOAD`;
    const accounts = calling(`GAS ${RETURN_TOP}`);
    expect(evaluate(stipend, { ...scene, accounts })).toBe(2298n);
  });

  it("buys no copy of the input: it does not grow with it", () => {
    const megabyte = 2 ** 20;
    const loop = `1 ${megabyte} MSTORE8 JUMPDEST 0 0 ${megabyte} 0 ${BigInt(OTHER)} GAS STATICCALL POP 7 JUMP`;
    const startedMs = performance.now();
    // Some twenty thousand calls. Copying for each took over ten seconds.
    expect(runCode(loop, { gas: 6_000_000n, accounts: calling("STOP") }).halt).toBe("out_of_gas");
    expect(performance.now() - startedMs).toBeLessThan(3000);
  });

  it("comes back where the call cannot take place: without the value, or beyond depth 1024", () => {
    const call = `0 0 0 0 5 ${BigInt(OTHER)} 100000 CALL`;
    const poor = runCode(call, { balanceWei: 4n, accounts: calling("1 0 SSTORE") });
    expect(poor.gasUsed).toBe(4n * 2n + 3n * 3n + 2600n + 9000n - 2300n);
    const recursive = `0 SLOAD 1 ADD 0 SSTORE 0 0 0 0 0 ADDRESS GAS CALL`;
    const { world } = runCode(recursive, { gas: 10n ** 15n });
    expect(world.storage(HERE, 0n)).toBe(1025n);
  });
});

describe("callees", () => {
  it("that fail leave nothing behind, and what the caller did stays", () => {
    const call = `0 0 0 0 5 ${BigInt(OTHER)} 100000 CALL`;
    const accounts = calling("9 9 SSTORE INVALID");
    const { world } = runCode(`1 1 SSTORE ${call} 2 2 SSTORE`, { balanceWei: 5n, accounts });
    expect(world.storage(HERE, 1n)).toBe(1n);
    expect(world.storage(HERE, 2n)).toBe(2n);
    expect(world.storage(OTHER, 9n)).toBe(0n);
    expect(world.account(HERE)?.balanceWei).toBe(5n);
  });

  it("may be precompiles, which take all their gas if they fail", () => {
    const identity = "0xbeef 0 MSTORE 32 32 32 0 4 GAS STATICCALL POP 32 MLOAD";
    expect(evaluate(identity)).toBe(0xbeefn);
    const { gasUsed } = runCode("0 0 1 0 8 50000 STATICCALL");
    expect(gasUsed).toBeGreaterThan(50_000n);
    expect(evaluate("0 0 0 0 2 59 STATICCALL")).toBe(0n);
    expect(evaluate("0 0 0 0 2 60 STATICCALL")).toBe(1n);
  });

  it("may point to the code of another, which is paid for too and followed once", () => {
    const accounts = new Map<Address, Placed>([
      [OTHER, { code: delegationTo(THIRD) }],
      [THIRD, { code: `ADDRESS ${RETURN_TOP}` }],
    ]);
    const call = `32 0 0 0 ${BigInt(OTHER)} GAS STATICCALL`;
    expect(evaluate(`${call} POP 0 MLOAD`, { accounts })).toBe(BigInt(OTHER));
    expect(evaluate(`${BigInt(OTHER)} EXTCODESIZE`, { accounts })).toBe(23n);
    const gasOf = (code: Uint8Array): bigint =>
      runCode(call, { accounts: new Map([[OTHER, { code }]]) }).gasUsed;
    expect(gasOf(delegationTo(THIRD)) - gasOf(new Uint8Array(0))).toBe(2600n);
    const chain = new Map<Address, Placed>([
      [OTHER, { code: delegationTo(THIRD) }],
      [THIRD, { code: delegationTo(OTHER) }],
    ]);
    expect(evaluate(call, { accounts: chain })).toBe(0n);
    expect(evaluate(call, { accounts: chain, hardfork: "cancun" })).toBe(0n);
  });
});
