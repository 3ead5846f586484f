import { type Address, addressOfBytes, type Hash, hashOfBytes } from "@ghostchain/evm";
import fc from "fast-check";
import type { UnsignedTransaction } from "./encode-transaction.ts";
import type { Signature } from "./transaction.ts";

const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const data = fc.uint8Array({ maxLength: 80 });

export const anyAddress: fc.Arbitrary<Address> = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map(addressOfBytes);
export const anyHash: fc.Arbitrary<Hash> = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map(hashOfBytes);
export const anySignature: fc.Arbitrary<Signature> = fc.record({
  yParity: fc.constantFrom(0, 1),
  r: word,
  s: word,
});

const call = {
  nonce: uint64,
  gasLimit: uint64,
  to: fc.option(anyAddress, { nil: undefined }),
  valueWei: word,
  data,
};
const accessList = fc.array(
  fc.record({ address: anyAddress, storageKeys: fc.array(anyHash, { maxLength: 3 }) }),
  { maxLength: 3 },
);
const feeMarket = {
  ...call,
  chainId: word,
  maxFeePerGasWei: word,
  maxPriorityFeePerGasWei: word,
  accessList,
};
const authorization = fc.record({
  chainId: word,
  address: anyAddress,
  nonce: uint64,
  yParity: fc.bigInt({ min: 0n, max: 255n }),
  r: word,
  s: word,
});

/** Transactions of every type with fields of every size; whether a rule allows them is left open. */
export const anyUnsigned: fc.Arbitrary<UnsignedTransaction> = fc.oneof(
  fc.record({
    ...call,
    type: fc.constant(0 as const),
    chainId: fc.option(fc.bigInt({ min: 0n, max: 2n ** 250n }), { nil: undefined }),
    gasPriceWei: word,
  }),
  fc.record({
    ...call,
    type: fc.constant(1 as const),
    chainId: word,
    gasPriceWei: word,
    accessList,
  }),
  fc.record({ ...feeMarket, type: fc.constant(2 as const) }),
  fc.record({
    ...feeMarket,
    type: fc.constant(3 as const),
    maxFeePerBlobGasWei: word,
    blobHashes: fc.array(anyHash, { maxLength: 3 }),
  }),
  fc.record({
    ...feeMarket,
    type: fc.constant(4 as const),
    authorizations: fc.array(authorization, { maxLength: 3 }),
  }),
);
