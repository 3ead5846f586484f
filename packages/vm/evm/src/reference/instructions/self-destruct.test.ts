import { describe, expect, it } from "vitest";
import { evaluate, HERE, type Placed, runCode, runCreation } from "../../../test/run-code.ts";
import { addressOfWord } from "../../address.ts";
import type { Address } from "../../evm.ts";
import type { Hardfork } from "../../hardfork.ts";

const HEIR = addressOfWord(0x4e14n);
const OTHER = addressOfWord(0x07e4n);
const DESTROY = `${BigInt(HEIR)} SELFDESTRUCT`;

function changesAfter(code: string, hardfork: Hardfork, balanceWei = 5n) {
  const { world } = runCode(code, { hardfork, balanceWei, storage: new Map([[1n, 1n]]) });
  world.endTransaction();
  return world.changes().accounts;
}

describe("SELFDESTRUCT", () => {
  it("sends the balance and removes the account at the end of the transaction, until Cancun", () => {
    const changes = changesAfter(DESTROY, "shanghai");
    expect(changes.get(HEIR)?.account?.balanceWei).toBe(5n);
    expect(changes.get(HERE)).toMatchObject({ account: undefined, storageCleared: true });
  });

  it("only sends the balance since Cancun", () => {
    const changes = changesAfter(DESTROY, "cancun");
    expect(changes.get(HEIR)?.account?.balanceWei).toBe(5n);
    expect(changes.get(HERE)).toMatchObject({
      account: { balanceWei: 0n, nonce: 1n },
      storageCleared: false,
    });
  });

  it("removes a contract of the same transaction still", () => {
    const { world } = runCreation(DESTROY, { hardfork: "osaka", valueWei: 4n });
    world.endTransaction();
    const changes = world.changes().accounts;
    expect(changes.get(HEIR)?.account?.balanceWei).toBe(4n);
    expect([...changes.values()].filter(({ account }) => account?.nonce === 1n)).toHaveLength(1);
  });

  it("burns what an account that is removed sends to itself, and keeps it where it is not", () => {
    expect(changesAfter("ADDRESS SELFDESTRUCT", "shanghai").get(HERE)?.account).toBeUndefined();
    expect(changesAfter("ADDRESS SELFDESTRUCT", "cancun").get(HERE)).toBeUndefined();
    const accounts = new Map<Address, Placed>([
      [OTHER, { balanceWei: 9n, code: "ADDRESS SELFDESTRUCT" }],
    ]);
    const then = `0 0 0 0 0 ${BigInt(OTHER)} 60000 CALL POP ${BigInt(OTHER)} BALANCE`;
    expect(evaluate(then, { hardfork: "shanghai", accounts })).toBe(0n);
    expect(evaluate(then, { hardfork: "cancun", accounts })).toBe(9n);
  });

  it("refunds 24000 gas once for each account, until London", () => {
    expect(runCode(DESTROY, { hardfork: "berlin" }).world.refund).toBe(24_000n);
    expect(runCode(DESTROY, { hardfork: "london" }).world.refund).toBe(0n);
    const accounts = new Map<Address, Placed>([[OTHER, { code: DESTROY }]]);
    const call = `0 0 0 0 0 ${BigInt(OTHER)} 60000 CALL`;
    const { world } = runCode(`${call} ${call}`, { hardfork: "berlin", accounts });
    expect(world.refund).toBe(24_000n);
  });

  it("costs 5000 gas, 2600 for a cold heir, 25000 for one that comes to life by it", () => {
    const gasOf = (hardfork: Hardfork, balanceWei: bigint): bigint =>
      runCode(DESTROY, { hardfork, balanceWei }).gasUsed - 3n;
    expect(gasOf("frontier", 0n)).toBe(0n);
    expect(gasOf("tangerineWhistle", 0n)).toBe(30_000n);
    expect(gasOf("istanbul", 0n)).toBe(5000n);
    expect(gasOf("istanbul", 1n)).toBe(30_000n);
    expect(gasOf("berlin", 1n)).toBe(32_600n);
  });

  it("does nothing where its frame fails", () => {
    const accounts = new Map<Address, Placed>([
      [OTHER, { balanceWei: 9n, code: `0 0 0 0 0 ${BigInt(HEIR)} 60000 DELEGATECALL INVALID` }],
      [HEIR, { code: "CALLER SELFDESTRUCT", nonce: 1n }],
    ]);
    const { world } = runCode(`0 0 0 0 0 ${BigInt(OTHER)} 200000 CALL`, {
      hardfork: "shanghai",
      accounts,
    });
    world.endTransaction();
    expect(world.account(OTHER)?.balanceWei).toBe(9n);
  });
});
