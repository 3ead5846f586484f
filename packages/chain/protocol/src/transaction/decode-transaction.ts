import type { RlpItem } from "@ghostchain/encoding";
import { ProtocolError } from "../protocol-error.ts";
import { decodeRlpField, RlpFields } from "../rlp-fields.ts";
import type {
  AccessListEntry,
  AccessListTransaction,
  Authorization,
  LegacyTransaction,
  Signature,
  Transaction,
} from "./transaction.ts";

/** First byte of an RLP list. An envelope that begins lower has its type there (EIP-2718). */
const LIST = 0xc0;

/** How many fields the payload of each type has. */
const FIELD_COUNT = { 1: 11, 2: 12, 3: 14, 4: 13 } as const;

type TypedTransaction = Exclude<Transaction, LegacyTransaction>;
type FeeMarketTransaction = Exclude<TypedTransaction, AccessListTransaction>;

/**
 * Reads an EIP-2718 envelope. Whether the transaction may be in a block is not asked: see `checkTransaction`.
 *
 * @throws {ProtocolError} `TRANSACTION_MALFORMED` naming the field, `TRANSACTION_TYPE_UNSUPPORTED`,
 *   `TRANSACTION_SIGNATURE_INVALID` for a `v` that no rule yields
 */
export function decodeTransaction(encoded: Uint8Array): Transaction {
  const type = encoded[0] ?? 0;
  if (type >= LIST || encoded.length === 0) {
    return legacyOf(decodeRlpField(encoded, "envelope", malformedTransaction));
  }
  const item = decodeRlpField(encoded.subarray(1), "payload", malformedTransaction);
  return typedTransactionOf(type, item);
}

/** An entry of a block's list of transactions: a list if legacy, else an envelope in a string. */
export function transactionOfItem(item: RlpItem): Transaction {
  if (!(item instanceof Uint8Array)) return legacyOf(item);
  if ((item[0] ?? LIST) < LIST) return decodeTransaction(item);
  throw malformedTransaction("envelope", "a legacy transaction inside a string");
}

export function typedTransactionOf(type: number, payload: RlpItem): Transaction {
  if (!isKnownType(type)) {
    const message = `transaction type not supported: ${type}`;
    throw new ProtocolError({ code: "TRANSACTION_TYPE_UNSUPPORTED", type }, message);
  }
  const fields = new RlpFields(payload, "payload", malformedTransaction);
  fields.expectCount("payload", FIELD_COUNT[type]);
  const head = { chainId: fields.number("chainId", 256), nonce: fields.number("nonce", 64) };
  if (type !== 1) return feeMarketOf(type, head, fields);
  const gasPriceWei = fields.number("gasPrice", 256);
  const call = callOf(fields);
  const accessList = accessListOf(fields);
  return { type, ...head, gasPriceWei, ...call, accessList, signature: typedSignatureOf(fields) };
}

export function malformedTransaction(field: string, reason: string, cause?: Error): ProtocolError {
  const message = `malformed transaction: ${field}: ${reason}`;
  return new ProtocolError({ code: "TRANSACTION_MALFORMED", field, reason }, message, { cause });
}

function isKnownType(type: number): type is TypedTransaction["type"] {
  return type in FIELD_COUNT;
}

function legacyOf(item: RlpItem): LegacyTransaction {
  const fields = new RlpFields(item, "envelope", malformedTransaction);
  fields.expectCount("envelope", 9);
  const nonce = fields.number("nonce", 64);
  const gasPriceWei = fields.number("gasPrice", 256);
  const call = callOf(fields);
  const { chainId, yParity } = readV(fields.number("v", 256));
  return {
    type: 0,
    chainId,
    nonce,
    gasPriceWei,
    ...call,
    signature: { yParity, ...scalarsOf(fields) },
  };
}

function feeMarketOf(
  type: FeeMarketTransaction["type"],
  head: Pick<FeeMarketTransaction, "chainId" | "nonce">,
  fields: RlpFields,
): FeeMarketTransaction {
  const maxPriorityFeePerGasWei = fields.number("maxPriorityFeePerGas", 256);
  const maxFeePerGasWei = fields.number("maxFeePerGas", 256);
  const call = callOf(fields);
  const accessList = accessListOf(fields);
  const common = { ...head, maxPriorityFeePerGasWei, maxFeePerGasWei, ...call, accessList };
  if (type === 2) return { type, ...common, signature: typedSignatureOf(fields) };
  if (type === 3) {
    const maxFeePerBlobGasWei = fields.number("maxFeePerBlobGas", 256);
    const blobHashes = fields.hashes("blobVersionedHashes");
    const signature = typedSignatureOf(fields);
    return { type, ...common, maxFeePerBlobGasWei, blobHashes, signature };
  }
  const authorizations = fields.records("authorizationList").map(authorizationOf);
  return { type, ...common, authorizations, signature: typedSignatureOf(fields) };
}

function callOf(fields: RlpFields) {
  const gasLimit = fields.number("gasLimit", 64);
  const to = fields.optionalAddress("to");
  return { gasLimit, to, valueWei: fields.number("value", 256), data: fields.bytes("data") };
}

function accessListOf(fields: RlpFields): AccessListEntry[] {
  return fields.records("accessList").map((entry) => {
    entry.expectCount("accessList", 2);
    return {
      address: entry.address("accessList.address"),
      storageKeys: entry.hashes("accessList.storageKeys"),
    };
  });
}

function authorizationOf(fields: RlpFields): Authorization {
  fields.expectCount("authorizationList", 6);
  const chainId = fields.number("authorizationList.chainId", 256);
  const address = fields.address("authorizationList.address");
  const nonce = fields.number("authorizationList.nonce", 64);
  const yParity = fields.number("authorizationList.yParity", 8);
  const r = fields.number("authorizationList.r", 256);
  return { chainId, address, nonce, yParity, r, s: fields.number("authorizationList.s", 256) };
}

/** EIP-155: 35 or 36 and twice the chain id; before it 27 or 28. */
function readV(v: bigint): { chainId: bigint | undefined; yParity: 0 | 1 } {
  if (v === 27n || v === 28n) return { chainId: undefined, yParity: v === 27n ? 0 : 1 };
  if (v >= 35n) return { chainId: (v - 35n) >> 1n, yParity: v % 2n === 1n ? 0 : 1 };
  throw invalidSignature(`v is ${v}, expected 27, 28 or at least 35`);
}

function typedSignatureOf(fields: RlpFields): Signature {
  const yParity = fields.number("yParity", 256);
  if (yParity > 1n) throw invalidSignature(`yParity is ${yParity}, expected 0 or 1`);
  return { yParity: yParity === 0n ? 0 : 1, ...scalarsOf(fields) };
}

function scalarsOf(fields: RlpFields): { r: bigint; s: bigint } {
  return { r: fields.number("r", 256), s: fields.number("s", 256) };
}

function invalidSignature(reason: string): ProtocolError {
  const message = `invalid transaction signature: ${reason}`;
  return new ProtocolError({ code: "TRANSACTION_SIGNATURE_INVALID", reason }, message);
}
