import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../protocol-error.ts";
import {
  anyAddress,
  anyHash,
  anySignature,
  anyUnsigned,
} from "../transaction/transaction-fixture.ts";
import type { Block, Header, Receipt, Withdrawal } from "./block.ts";
import { decodeBlock, EMPTY_OMMERS_HASH, encodeBlock, hashOmmers } from "./block-codec.ts";
import { decodeHeader, encodeHeader } from "./header-codec.ts";
import { logsBloomOf, mayContain, mergeBlooms } from "./logs-bloom.ts";
import { decodeReceipt, encodeReceipt } from "./receipt-codec.ts";

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const bloom = fc.uint8Array({ minLength: 256, maxLength: 256 });

const early = {
  parentHash: anyHash,
  ommersHash: anyHash,
  coinbase: anyAddress,
  stateRoot: anyHash,
  transactionsRoot: anyHash,
  receiptsRoot: anyHash,
  logsBloom: bloom,
  difficulty: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
  number: uint64,
  gasLimit: uint64,
  gasUsed: uint64,
  timestamp: uint64,
  extraData: fc.uint8Array({ maxLength: 40 }),
  mixHash: anyHash,
  nonce: fc.uint8Array({ minLength: 8, maxLength: 8 }),
};
const london = { ...early, baseFeePerGasWei: uint64 };
const shanghai = { ...london, withdrawalsRoot: anyHash };
const cancun = {
  ...shanghai,
  blobGasUsed: uint64,
  excessBlobGas: uint64,
  parentBeaconBlockRoot: anyHash,
};
const anyHeader: fc.Arbitrary<Header> = fc.oneof(
  fc.record(early),
  fc.record(london),
  fc.record(shanghai),
  fc.record(cancun),
  fc.record({ ...cancun, requestsHash: anyHash }),
);
const anyWithdrawal: fc.Arbitrary<Withdrawal> = fc.record({
  index: uint64,
  validatorIndex: uint64,
  address: anyAddress,
  amountGwei: uint64,
});
const anyTransaction = fc
  .tuple(anyUnsigned, anySignature)
  .map(([unsigned, signature]) => ({ ...unsigned, signature }));
const anyBlock: fc.Arbitrary<Block> = fc.record({
  header: anyHeader,
  transactions: fc.array(anyTransaction, { maxLength: 3 }),
  ommers: fc.array(anyHeader, { maxLength: 2 }),
  withdrawals: fc.option(fc.array(anyWithdrawal, { maxLength: 3 }), { nil: undefined }),
});
const anyLog = fc.record({
  address: anyAddress,
  topics: fc.array(anyHash, { maxLength: 4 }),
  data: fc.uint8Array({ maxLength: 40 }),
});
const anyReceipt: fc.Arbitrary<Receipt> = fc
  .record({
    type: fc.constantFrom(0, 1, 2, 3, 4),
    succeeded: fc.boolean(),
    postState: fc.option(anyHash, { nil: undefined }),
    cumulativeGasUsed: uint64,
    logsBloom: bloom,
    logs: fc.array(anyLog, { maxLength: 3 }),
  })
  .map((receipt) => ({
    ...receipt,
    succeeded: receipt.succeeded || receipt.postState !== undefined,
  }));

describe("block codec", () => {
  it("takes back the headers of every fork", () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        expect(decodeHeader(encodeHeader(header))).toEqual(header);
      }),
    );
  });

  it("takes back blocks", () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        expect(decodeBlock(encodeBlock(block))).toEqual(block);
      }),
    );
  });

  it("takes back receipts", () => {
    fc.assert(
      fc.property(anyReceipt, (receipt) => {
        expect(decodeReceipt(encodeReceipt(receipt))).toEqual(receipt);
      }),
    );
  });

  it("refuses damaged bytes with a code, or reads the one block they encode", () => {
    fc.assert(
      fc.property(anyBlock.map(encodeBlock), fc.nat(), fc.nat(255), (bytes, position, byte) => {
        const damaged = bytes.slice();
        damaged[position % damaged.length] = byte;
        try {
          expect(encodeBlock(decodeBlock(damaged))).toEqual(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("hashes no ommers as the well-known constant", () => {
    expect(hashOmmers([])).toBe(EMPTY_OMMERS_HASH);
  });
});

describe("logs bloom", () => {
  it("never denies an address or topic that is there", () => {
    fc.assert(
      fc.property(fc.array(anyLog), fc.array(anyLog), (some, others) => {
        const merged = mergeBlooms([logsBloomOf(some), logsBloomOf(others)]);
        expect(merged).toEqual(logsBloomOf([...some, ...others]));
        for (const log of some) {
          for (const value of [log.address, ...log.topics]) {
            expect(mayContain(merged, value)).toBe(true);
          }
        }
      }),
    );
  });

  it("denies everything when it is empty", () => {
    fc.assert(
      fc.property(anyHash, (topic) => {
        expect(mayContain(logsBloomOf([]), topic)).toBe(false);
      }),
    );
  });
});
