import { EMPTY_BYTES, hexToBytes } from "@ghostchain/encoding";
import { describe, expect, it } from "vitest";
import { blockOn, COINBASE, RECIPIENT, SENDER } from "./execution-fixture.ts";
import { simulateTransaction } from "./simulate-transaction.ts";

const BODY = {
  sender: SENDER,
  to: RECIPIENT,
  valueWei: 0n,
  data: EMPTY_BYTES,
  gasLimit: 100_000n,
  gasPriceWei: 0n,
};

describe("simulateTransaction", () => {
  it("runs what nobody signed or paid for", () => {
    const site = blockOn([
      [SENDER, { nonce: 9n, balanceWei: 0n }],
      // Returns the gas price it sees.
      [RECIPIENT, { code: hexToBytes("0x3a5f5260205ff3") }],
    ]);
    const { message, gasUsed } = simulateTransaction(site, { ...BODY, gasPriceWei: 5n });
    expect(message.halt).toBeUndefined();
    expect(message.output.at(-1)).toBe(5);
    expect(gasUsed).toBe(21_000n + 2n + 2n + 3n + 3n + 3n + 2n);
    expect(site.world.account(COINBASE)).toBeUndefined();
    expect(site.world.account(SENDER)?.nonce).toBe(10n);
  });

  it("cannot send value that is not there", () => {
    const site = blockOn([[SENDER, { balanceWei: 1n }]]);
    const { message } = simulateTransaction(site, { ...BODY, valueWei: 2n });
    expect(message.halt).toBe("insufficient_balance");
  });

  it("refuses gas that does not reach for the intrinsic gas", () => {
    expect(() => simulateTransaction(blockOn(), { ...BODY, gasLimit: 20_999n })).toThrow(
      expect.objectContaining({ code: "TRANSACTION_GAS_TOO_LOW" }),
    );
  });
});
