import { type Hash, ZERO_ADDRESS } from "@ghostchain/evm";
import { describe, expect, it } from "vitest";
import { fillRequest } from "./fill-request.ts";

const REQUEST = { from: ZERO_ADDRESS, to: ZERO_ADDRESS, valueWei: 5n, data: new Uint8Array() };
const DEFAULTS = {
  chainId: 7n,
  nonce: 3n,
  gasLimit: 21_000n,
  baseFeeWei: 100n,
  blobBaseFeeWei: 1n,
  tipWei: 9n,
};

describe("fillRequest", () => {
  it("leaves room for the base fee to double", () => {
    expect(fillRequest(REQUEST, DEFAULTS)).toMatchObject({
      type: 2,
      nonce: 3n,
      gasLimit: 21_000n,
      maxFeePerGasWei: 209n,
      maxPriorityFeePerGasWei: 9n,
    });
  });

  it("keeps what the request names", () => {
    const named = { nonce: 8n, gasLimit: 50n, maxFeePerGasWei: 5n, maxPriorityFeePerGasWei: 6n };
    expect(fillRequest({ ...REQUEST, ...named }, DEFAULTS)).toMatchObject({ type: 2, ...named });
  });

  it("keeps its own tip below a fee cap that the request names", () => {
    const filled = fillRequest({ ...REQUEST, maxFeePerGasWei: 4n }, DEFAULTS);
    expect(filled).toMatchObject({ maxFeePerGasWei: 4n, maxPriorityFeePerGasWei: 4n });
  });

  it.each([
    [0, { gasPriceWei: 1n }],
    [1, { gasPriceWei: 1n, accessList: [] }],
    [2, { accessList: [] }],
    [3, { blobHashes: [`0x01${"0".repeat(62)}` as Hash] }],
    [4, { authorizations: [] }],
  ])("makes type %i of a request that asks for it", (type, asked) => {
    expect(fillRequest({ ...REQUEST, ...asked }, DEFAULTS).type).toBe(type);
  });

  it("makes a legacy transaction before London", () => {
    const filled = fillRequest(REQUEST, { ...DEFAULTS, baseFeeWei: undefined });
    expect(filled).toMatchObject({ type: 0, gasPriceWei: 9n });
  });
});
