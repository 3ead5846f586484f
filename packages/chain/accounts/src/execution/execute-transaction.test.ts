import { hexToBytes } from "@ghostchain/encoding";
import { contractAddress, type Hardfork } from "@ghostchain/evm";
import type { Transaction } from "@ghostchain/protocol";
import { describe, expect, it } from "vitest";
import { executeTransaction } from "./execute-transaction.ts";
import {
  blockOn,
  CHAIN_ID,
  COINBASE,
  fromSender,
  type Held,
  RECIPIENT,
  SENDER,
  SIGNATURE,
  transferOf,
} from "./execution-fixture.ts";

const RICH = 10n ** 18n;

function legacy(fields: { gasPriceWei: bigint; gasLimit?: bigint }): Transaction {
  const { to, valueWei, data, nonce } = transferOf();
  const gasLimit = 100_000n;
  return {
    type: 0,
    chainId: CHAIN_ID,
    nonce,
    gasLimit,
    to,
    valueWei,
    data,
    signature: SIGNATURE,
    ...fields,
  };
}

/** Runs code as the recipient. */
function executeCode(code: `0x${string}`, held: Held = {}, hardfork: Hardfork = "osaka") {
  const execution = blockOn([[RECIPIENT, { ...held, code: hexToBytes(code) }]], hardfork);
  const transaction = hardfork === "osaka" ? transferOf() : legacy({ gasPriceWei: 10n });
  return { ...execution, ...executeTransaction(execution, fromSender(transaction)) };
}

describe("executeTransaction", () => {
  it("moves value and fees: the tip to the coinbase, the base fee to nobody", () => {
    const execution = blockOn();
    const { world } = execution;
    const executed = executeTransaction(execution, fromSender(transferOf({ valueWei: 1000n })));
    expect(executed).toMatchObject({
      succeeded: true,
      gasUsed: 21_000n,
      effectiveGasPriceWei: 13n,
    });
    expect(world.account(RECIPIENT)?.balanceWei).toBe(1000n);
    expect(world.account(COINBASE)?.balanceWei).toBe(21_000n * 3n);
    expect(world.account(SENDER)).toMatchObject({
      nonce: 1n,
      balanceWei: RICH - 1000n - 21_000n * 13n,
    });
  });

  it("never charges more than the highest fee offered", () => {
    const transaction = transferOf({ maxFeePerGasWei: 11n, maxPriorityFeePerGasWei: 5n });
    const execution = blockOn();
    const executed = executeTransaction(execution, fromSender(transaction));
    expect(executed.effectiveGasPriceWei).toBe(11n);
    expect(execution.world.account(COINBASE)?.balanceWei).toBe(21_000n);
  });

  it("gives the whole gas price to the coinbase before London", () => {
    const execution = blockOn([], "berlin", { baseFeeWei: 0n });
    executeTransaction(execution, fromSender(legacy({ gasPriceWei: 10n })));
    expect(execution.world.account(COINBASE)?.balanceWei).toBe(210_000n);
  });

  it("creates a contract where there is no recipient", () => {
    const execution = blockOn();
    // Returns one byte of zero.
    const data = hexToBytes("0x60015ff3");
    const executed = executeTransaction(execution, fromSender(transferOf({ to: undefined, data })));
    expect(executed.contractAddress).toBe(contractAddress(SENDER, 0n));
    expect(execution.world.code(contractAddress(SENDER, 0n))).toEqual(Uint8Array.of(0));
    expect(execution.world.account(SENDER)?.nonce).toBe(1n);
  });

  it("charges for a transaction that fails, and takes its effects back", () => {
    // Stores, then reverts.
    const { world, ...reverted } = executeCode("0x60015f555f5ffd");
    expect(reverted).toMatchObject({ succeeded: false, halt: "revert", logs: [] });
    expect(reverted.gasUsed).toBe(21_000n + 22_100n + 9n);
    expect(world.storage(RECIPIENT, 0n)).toBe(0n);
    expect(world.account(SENDER)?.nonce).toBe(1n);
    expect(executeCode("0xfe")).toMatchObject({ succeeded: false, gasUsed: 100_000n });
  });
});

describe("the gas of a transaction", () => {
  it("is refunded up to a fifth, and up to a half before London", () => {
    const storage = new Map([[0n, 1n]]);
    // Clears slot 0: 5000 gas with its cold access, 4800 to refund of which a fifth of the whole is given.
    const gas = 21_000n + 5000n + 4n;
    expect(executeCode("0x5f5f55", { storage }).gasUsed).toBe(gas - 4800n);
    const small = new Map([0n, 1n, 2n].map((slot) => [slot, 1n]));
    const three = 21_000n + 3n * 5000n + 2n + 2n + 5n + 5n;
    const executed = executeCode("0x5f5f555f6001555f600255", { storage: small });
    expect(executed.gasUsed).toBe(three - three / 5n);
    const berlin = executeCode("0x60006000556000600155", { storage: small }, "berlin");
    const two = 21_000n + 2n * 5000n + 12n;
    expect(berlin.gasUsed).toBe(two - two / 2n);
  });

  it("is no less than the floor for its data, since Prague", () => {
    const data = new Uint8Array(100).fill(1);
    const gasIn = (hardfork: Hardfork) =>
      executeTransaction(blockOn([], hardfork), fromSender(transferOf({ data }))).gasUsed;
    expect(gasIn("cancun")).toBe(21_000n + 1600n);
    expect(gasIn("prague")).toBe(21_000n + 4000n);
  });

  it("is less where sender, recipient, coinbase and access list are warm", () => {
    // BALANCE of SENDER, RECIPIENT and COINBASE, then SLOAD of slot 5
    const code = "0x615e4d31614ec13161c0143160055400";
    const plain = executeCode(code).gasUsed;
    expect(plain).toBe(21_000n + 3n * 103n + 3n + 2100n);
    const execution = blockOn([[RECIPIENT, { code: hexToBytes(code) }]]);
    const storageKeys = [`0x${"5".padStart(64, "0")}`] as never;
    const transaction = transferOf({ accessList: [{ address: RECIPIENT, storageKeys }] });
    const listed = executeTransaction(execution, fromSender(transaction)).gasUsed;
    expect(listed).toBe(plain + 2400n + 1900n - 2000n);
  });

  it("for blobs is burned", () => {
    const blobHashes = [`0x01${"00".repeat(31)}`] as never;
    const transaction: Transaction = {
      ...transferOf(),
      type: 3,
      maxFeePerBlobGasWei: 5n,
      blobHashes,
    };
    const execution = blockOn();
    const executed = executeTransaction(execution, fromSender(transaction));
    expect(executed.blobGasUsed).toBe(131_072n);
    const spentWei = RICH - (execution.world.account(SENDER)?.balanceWei ?? 0n);
    expect(spentWei).toBe(21_000n * 13n + 131_072n * 2n);
  });
});
