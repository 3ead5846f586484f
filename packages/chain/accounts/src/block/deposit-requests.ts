import { bytesToBigInt, concatBytes } from "@ghostchain/encoding";
import type { Address, Hash, Log } from "@ghostchain/evm";
import { BlockError } from "./block-error.ts";

/** First byte of deposit requests (EIP-7685). */
const DEPOSIT_REQUEST = 0x00;

/** keccak256 of "DepositEvent(bytes,bytes,bytes,bytes,bytes)" */
const DEPOSIT_EVENT = "0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5" as Hash;

/** Where in the event's data each field's length stands, and what it is: key, credentials, amount, signature, index. */
const LAYOUT: readonly (readonly [offset: number, sizeBytes: number])[] = [
  [160, 48],
  [256, 32],
  [320, 8],
  [384, 96],
  [512, 8],
];
const EVENT_BYTES = 576;
const WORD_BYTES = 32;

/**
 * The deposits that these logs tell of, as one typed request; undefined where there are none.
 *
 * @throws {BlockError} `DEPOSIT_MALFORMED`
 * @see EIP-6110
 */
export function depositRequest(logs: Iterable<Log>, contract: Address): Uint8Array | undefined {
  const deposits: Uint8Array[] = [];
  for (const { address, topics, data } of logs) {
    if (address === contract && topics[0] === DEPOSIT_EVENT) deposits.push(depositOf(data));
  }
  if (deposits.length === 0) return undefined;
  return concatBytes(Uint8Array.of(DEPOSIT_REQUEST), ...deposits);
}

function depositOf(data: Uint8Array): Uint8Array {
  const malformed = () => new BlockError({ code: "DEPOSIT_MALFORMED", sizeBytes: data.length });
  if (data.length !== EVENT_BYTES) throw malformed();
  const fields = LAYOUT.map(([offset, sizeBytes], index) => {
    const from = offset + WORD_BYTES;
    const isInPlace = wordAt(data, index * WORD_BYTES) === BigInt(offset);
    if (!isInPlace || wordAt(data, offset) !== BigInt(sizeBytes)) throw malformed();
    return data.subarray(from, from + sizeBytes);
  });
  return concatBytes(...fields);
}

function wordAt(data: Uint8Array, offset: number): bigint {
  return bytesToBigInt(data.subarray(offset, offset + WORD_BYTES));
}
