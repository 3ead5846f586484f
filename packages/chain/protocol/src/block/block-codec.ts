import assert from "node:assert/strict";
import { keccak256 } from "@ghostchain/crypto";
import {
  bigIntToBytes,
  decodeRlp,
  encodeRlp,
  hexToBytes,
  type RlpInput,
} from "@ghostchain/encoding";
import { type Hash, hashOfBytes } from "@ghostchain/evm";
import { decodeRlpField, RlpFields } from "../rlp-fields.ts";
import { transactionOfItem } from "../transaction/decode-transaction.ts";
import { encodeTransaction } from "../transaction/encode-transaction.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { Block, Header, Withdrawal } from "./block.ts";
import { headerItem, headerOfItem, malformedBlock } from "./header-codec.ts";

/** keccak256 of the RLP of an empty list. */
export const EMPTY_OMMERS_HASH =
  "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347" as Hash;

/**
 * The block as it is stored and sent: header, transactions, ommers and, since Shanghai, withdrawals.
 *
 * @param envelopes its transactions as `encodeTransaction` gives them, where they are at hand already
 */
export function encodeBlock(
  block: Block,
  envelopes: readonly Uint8Array[] = block.transactions.map(encodeTransaction),
): Uint8Array {
  const items: RlpInput[] = [
    headerItem(block.header),
    block.transactions.map(({ type }, index) => envelopeItem(type, envelopes[index])),
    block.ommers.map(headerItem),
  ];
  if (block.withdrawals !== undefined) items.push(block.withdrawals.map(withdrawalItem));
  return encodeRlp(items);
}

/**
 * @throws {ProtocolError} `BLOCK_MALFORMED` naming the field, or what `decodeTransaction` throws for one of its
 *   transactions
 */
export function decodeBlock(encoded: Uint8Array): Block {
  const fields = new RlpFields(
    decodeRlpField(encoded, "block", malformedBlock),
    "block",
    malformedBlock,
  );
  fields.expectCount("block", 3, 4);
  return {
    header: headerOfItem(fields.item("header")),
    transactions: fields.list("transactions").map(transactionOfItem),
    ommers: fields.list("ommers").map(headerOfItem),
    withdrawals: fields.count === 4 ? fields.records("withdrawals").map(withdrawalOf) : undefined,
  };
}

/** What the header's `ommersHash` commits to. */
export function hashOmmers(ommers: readonly Header[]): Hash {
  return hashOfBytes(keccak256(encodeRlp(ommers.map(headerItem))));
}

/** Entry of the trie under `withdrawalsRoot`. */
export function encodeWithdrawal(withdrawal: Withdrawal): Uint8Array {
  return encodeRlp(withdrawalItem(withdrawal));
}

/** A legacy transaction is a list among the block's own, every other a string. */
function envelopeItem(type: Transaction["type"], envelope: Uint8Array | undefined): RlpInput {
  assert(envelope !== undefined, "there is an envelope for every transaction");
  return type === 0 ? decodeRlp(envelope) : envelope;
}

function withdrawalItem({ index, validatorIndex, address, amountGwei }: Withdrawal): RlpInput {
  return [
    bigIntToBytes(index),
    bigIntToBytes(validatorIndex),
    hexToBytes(address),
    bigIntToBytes(amountGwei),
  ];
}

function withdrawalOf(fields: RlpFields): Withdrawal {
  fields.expectCount("withdrawals", 4);
  return {
    index: fields.number("withdrawals.index", 64),
    validatorIndex: fields.number("withdrawals.validatorIndex", 64),
    address: fields.address("withdrawals.address"),
    amountGwei: fields.number("withdrawals.amount", 64),
  };
}
