import {
  bigIntToBytes,
  concatBytes,
  EMPTY_BYTES,
  encodeRlp,
  hexToBytes,
  type RlpInput,
} from "@ghostchain/encoding";
import type { Address } from "@ghostchain/evm";
import type {
  AccessListEntry,
  Authorization,
  LegacyTransaction,
  Transaction,
} from "./transaction.ts";

/** A transaction before anyone has signed it. */
export type UnsignedTransaction = Unsigned<Transaction>;
type Unsigned<T> = T extends Transaction ? Omit<T, "signature"> : never;

/** EIP-2718 envelope: RLP for a legacy transaction, else the type's byte and RLP. */
export function encodeTransaction(transaction: Transaction): Uint8Array {
  const { r, s, yParity } = transaction.signature;
  const scalars = [bigIntToBytes(r), bigIntToBytes(s)];
  if (transaction.type === 0) {
    const v = bigIntToBytes(legacyV(transaction.chainId, yParity));
    return encodeRlp([...legacyFields(transaction), v, ...scalars]);
  }
  const fields = [...typedFields(transaction), bigIntToBytes(BigInt(yParity)), ...scalars];
  return concatBytes(Uint8Array.of(transaction.type), encodeRlp(fields));
}

/** What the sender signs, before it is hashed. EIP-155 holds for legacy transactions with a chain id. */
export function encodeForSigning(transaction: UnsignedTransaction): Uint8Array {
  if (transaction.type === 0) {
    const { chainId } = transaction;
    const fields = legacyFields(transaction);
    if (chainId === undefined) return encodeRlp(fields);
    return encodeRlp([...fields, bigIntToBytes(chainId), EMPTY_BYTES, EMPTY_BYTES]);
  }
  return concatBytes(Uint8Array.of(transaction.type), encodeRlp(typedFields(transaction)));
}

/** What stands on the wire for the parity of y in a legacy transaction. */
export function legacyV(chainId: bigint | undefined, yParity: 0 | 1): bigint {
  return BigInt(yParity) + (chainId === undefined ? 27n : chainId * 2n + 35n);
}

function legacyFields(transaction: Omit<LegacyTransaction, "signature">): RlpInput[] {
  const { nonce, gasPriceWei } = transaction;
  return [bigIntToBytes(nonce), bigIntToBytes(gasPriceWei), ...callFields(transaction)];
}

function typedFields(transaction: Exclude<UnsignedTransaction, { readonly type: 0 }>): RlpInput[] {
  const head = [bigIntToBytes(transaction.chainId), bigIntToBytes(transaction.nonce)];
  const call = [...callFields(transaction), accessListItem(transaction.accessList)];
  if (transaction.type === 1) return [...head, bigIntToBytes(transaction.gasPriceWei), ...call];
  const tip = bigIntToBytes(transaction.maxPriorityFeePerGasWei);
  const fields = [...head, tip, bigIntToBytes(transaction.maxFeePerGasWei), ...call];
  switch (transaction.type) {
    case 2:
      return fields;
    case 3: {
      const blobHashes = transaction.blobHashes.map(hexToBytes);
      return [...fields, bigIntToBytes(transaction.maxFeePerBlobGasWei), blobHashes];
    }
    case 4:
      return [...fields, transaction.authorizations.map(authorizationItem)];
  }
}

function callFields(call: {
  readonly gasLimit: bigint;
  readonly to: Address | undefined;
  readonly valueWei: bigint;
  readonly data: Uint8Array;
}): RlpInput[] {
  const to = call.to === undefined ? EMPTY_BYTES : hexToBytes(call.to);
  return [bigIntToBytes(call.gasLimit), to, bigIntToBytes(call.valueWei), call.data];
}

function accessListItem(accessList: readonly AccessListEntry[]): RlpInput {
  return accessList.map(({ address, storageKeys }) => [
    hexToBytes(address),
    storageKeys.map(hexToBytes),
  ]);
}

function authorizationItem(authorization: Authorization): RlpInput {
  const { chainId, address, nonce, yParity, r, s } = authorization;
  return [
    bigIntToBytes(chainId),
    hexToBytes(address),
    ...[nonce, yParity, r, s].map(bigIntToBytes),
  ];
}
