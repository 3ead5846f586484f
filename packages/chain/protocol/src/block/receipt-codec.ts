import {
  bigIntToBytes,
  concatBytes,
  encodeRlp,
  hexToBytes,
  type RlpInput,
} from "@ghostchain/encoding";
import { hashOfBytes, type Log } from "@ghostchain/evm";
import { decodeRlpField, RlpFields } from "../rlp-fields.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { Receipt } from "./block.ts";
import { malformedBlock } from "./header-codec.ts";

/** First byte of an RLP list; below it stands the type of the transaction (EIP-2718). */
const LIST = 0xc0;

/** Entry of the trie under `receiptsRoot`. */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  const { type, postState, succeeded, cumulativeGasUsed, logsBloom, logs } = receipt;
  const outcome =
    postState === undefined ? bigIntToBytes(succeeded ? 1n : 0n) : hexToBytes(postState);
  const encoded = encodeRlp([
    outcome,
    bigIntToBytes(cumulativeGasUsed),
    logsBloom,
    logs.map(logItem),
  ]);
  return type === 0 ? encoded : concatBytes(Uint8Array.of(type), encoded);
}

/**
 * A receipt from before Byzantium does not say whether the transaction succeeded; it is read as if it had.
 *
 * @throws {ProtocolError} `BLOCK_MALFORMED` naming the field
 */
export function decodeReceipt(encoded: Uint8Array): Receipt {
  const first = encoded[0] ?? LIST;
  const type = typeOf(first);
  const payload = type === 0 ? encoded : encoded.subarray(1);
  const item = decodeRlpField(payload, "receipt", malformedBlock);
  const fields = new RlpFields(item, "receipt", malformedBlock);
  fields.expectCount("receipt", 4);
  const outcome = fields.bytes("receipt.outcome");
  if (outcome.length > 1 && outcome.length !== 32) {
    throw malformedBlock("receipt.outcome", "expected a status or a state root");
  }
  const postState = outcome.length === 32 ? hashOfBytes(outcome) : undefined;
  return {
    type,
    postState,
    succeeded: postState !== undefined || outcome[0] === 1,
    cumulativeGasUsed: fields.number("receipt.cumulativeGasUsed", 64),
    logsBloom: fields.bytes("receipt.logsBloom", 256),
    logs: fields.records("receipt.logs").map(logOf),
  };
}

function typeOf(first: number): Transaction["type"] {
  if (first >= LIST) return 0;
  if (first === 1 || first === 2 || first === 3 || first === 4) return first;
  throw malformedBlock("receipt.type", `unknown type ${first}`);
}

function logItem({ address, topics, data }: Log): RlpInput {
  return [hexToBytes(address), topics.map(hexToBytes), data];
}

function logOf(fields: RlpFields): Log {
  fields.expectCount("log", 3);
  const address = fields.address("log.address");
  return { address, topics: fields.hashes("log.topics"), data: fields.bytes("log.data") };
}
