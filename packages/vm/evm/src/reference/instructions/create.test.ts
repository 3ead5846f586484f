import { describe, expect, it } from "vitest";
import { assemble } from "../../../test/assembler.ts";
import {
  evaluate,
  HERE,
  type Placed,
  runCode,
  runCreation,
  SENDER,
} from "../../../test/run-code.ts";
import { addressOfWord } from "../../address.ts";
import { contractAddress, saltedContractAddress } from "../../contract-address.ts";
import type { Address } from "../../evm.ts";

/** Init code of at most 32 bytes in memory, then CREATE or CREATE2. */
function creating(initCode: string, valueWei = 0, salt?: number): string {
  const bytes = Buffer.from(assemble(initCode));
  const word = BigInt(`0x${bytes.toString("hex").padEnd(64, "0")}`);
  const end = salt === undefined ? "CREATE" : "CREATE2";
  return `${word} 0 MSTORE ${salt ?? ""} ${bytes.length} 0 ${valueWei} ${end}`;
}

const CREATED = contractAddress(HERE, 1n);
const EMPTY_RUNTIME = "0 0 RETURN";

describe("creation", () => {
  it("CREATE goes by the creator's nonce, CREATE2 by salt and init code", () => {
    expect(evaluate(creating(EMPTY_RUNTIME))).toBe(BigInt(CREATED));
    const salted = saltedContractAddress(HERE, 7n, assemble(EMPTY_RUNTIME));
    expect(evaluate(creating(EMPTY_RUNTIME, 0, 7))).toBe(BigInt(salted));
    const { world } = runCode(`${creating(EMPTY_RUNTIME)} ${creating(EMPTY_RUNTIME)}`);
    expect(world.account(HERE)?.nonce).toBe(3n);
    expect(world.account(CREATED)?.nonce).toBe(1n);
    expect(world.account(contractAddress(HERE, 2n))?.nonce).toBe(1n);
  });

  it("keeps the output of the init code as code, for 200 gas a byte", () => {
    const { world } = runCode(creating("0x6001 0 MSTORE 2 30 RETURN"));
    expect(world.code(CREATED)).toEqual(Uint8Array.of(0x60, 0x01));
    const gasOf = (size: number): bigint => runCode(creating(`${size} 0 RETURN`)).gasUsed;
    expect(gasOf(32) - gasOf(31)).toBe(200n);
  });

  it("runs init code without call data, with its value, as the new account", () => {
    const { world } = runCode(creating("CALLDATASIZE CALLVALUE ADDRESS SSTORE 0 SSTORE", 5), {
      balanceWei: 5n,
    });
    expect(world.storage(CREATED, BigInt(CREATED))).toBe(5n);
    expect(world.account(CREATED)?.balanceWei).toBe(5n);
    expect(world.account(HERE)?.balanceWei).toBe(0n);
  });

  it("gives zero where it fails, the revert data, and uses the nonce all the same", () => {
    const { world, word } = runCode(
      `${creating("5 0 REVERT")} RETURNDATASIZE ADD 0 MSTORE 32 0 RETURN`,
    );
    expect(word).toBe(5n);
    expect(world.account(HERE)?.nonce).toBe(2n);
    expect(world.account(CREATED)).toBeUndefined();
    expect(evaluate(`${creating("5 0 RETURN")} POP RETURNDATASIZE`)).toBe(0n);
  });

  it("does not take place without the value, and leaves the nonce then", () => {
    const { world, gasLeft } = runCode(creating(EMPTY_RUNTIME, 9), { balanceWei: 8n });
    expect(world.account(HERE)?.nonce).toBe(1n);
    expect(gasLeft).toBeGreaterThan(900_000n);
  });
});

describe("creation that is refused", () => {
  it("is at an address in use: by a nonce, code or storage", () => {
    const cases: Placed[] = [
      { nonce: 1n },
      { code: Uint8Array.of(0) },
      { storage: new Map([[1n, 1n]]) },
    ];
    for (const placed of cases) {
      const accounts = new Map<Address, Placed>([[CREATED, placed]]);
      const { world, gasLeft } = runCode(creating(EMPTY_RUNTIME), { accounts });
      expect(world.account(HERE)?.nonce).toBe(2n);
      expect(gasLeft).toBeLessThan(20_000n);
    }
    const rich = new Map<Address, Placed>([[CREATED, { balanceWei: 3n }]]);
    const { world } = runCode(creating(EMPTY_RUNTIME), { accounts: rich });
    expect(world.account(CREATED)).toMatchObject({ nonce: 1n, balanceWei: 3n });
  });

  it("has code that is too long or begins with 0xef, since the hardforks that forbid it", () => {
    const halt = (initCode: string, hardfork: "homestead" | "berlin" | "osaka") =>
      runCreation(initCode, { hardfork, gas: 20_000_000n }).halt;
    expect(halt("24576 0 RETURN", "osaka")).toBeUndefined();
    expect(halt("24577 0 RETURN", "osaka")).toBe("code_too_large");
    expect(halt("24577 0 RETURN", "homestead")).toBeUndefined();
    const startingWithEf = "0xef 0 MSTORE8 1 0 RETURN";
    expect(halt(startingWithEf, "osaka")).toBe("code_starts_with_ef");
    expect(halt(startingWithEf, "berlin")).toBeUndefined();
  });

  it("cannot pay for its code; in Frontier that left an account without any", () => {
    const gas = 3n + 3n + 3n + 199n;
    expect(runCreation("1 0 RETURN", { hardfork: "homestead", gas })).toMatchObject({
      halt: "out_of_gas",
      gasLeft: 0n,
    });
    const frontier = runCreation("1 0 RETURN", { hardfork: "frontier", gas });
    expect(frontier.halt).toBeUndefined();
    expect(frontier.gasLeft).toBeGreaterThan(0n);
    expect(frontier.world.account(contractAddress(SENDER, 0n))).toMatchObject({ nonce: 0n });
  });

  it("has more than 49152 bytes of init code, at 2 gas a word, since Shanghai", () => {
    const create = (size: number): string => `${size} 0 0 CREATE`;
    expect(runCode(create(49_152)).halt).toBeUndefined();
    expect(runCode(create(49_153)).halt).toBe("init_code_too_large");
    expect(runCode(create(49_153), { hardfork: "paris" }).halt).toBeUndefined();
    const gasOf = (hardfork: "paris" | "shanghai", kind: string): bigint =>
      runCode(`0 64 POP POP 0 64 0 0 ${kind}`, { hardfork, gas: 100_000n }).gasUsed;
    const salted = gasOf("shanghai", "CREATE2") - gasOf("paris", "CREATE2");
    expect(salted).toBe(gasOf("shanghai", "CREATE") - gasOf("paris", "CREATE"));
  });

  it("comes from a nonce that cannot grow", () => {
    const accounts = new Map<Address, Placed>([
      [addressOfWord(0x07e4n), { nonce: 2n ** 64n - 1n, code: creating(EMPTY_RUNTIME) }],
    ]);
    const call = `0 0 0 0 0 ${0x07e4} GAS CALL`;
    const { world } = runCode(call, { accounts });
    expect(world.account(addressOfWord(0x07e4n))?.nonce).toBe(2n ** 64n - 1n);
  });
});
