import { EMPTY_BYTES, equalBytes } from "@ghostchain/encoding";
import { ZERO_ADDRESS } from "@ghostchain/evm";
import type { AccessListEntry, Authorization } from "@ghostchain/protocol";
import type { TransactionRequest } from "../backend.ts";
import type { Reader } from "../method.ts";
import {
  field,
  invalidValue,
  type JsonObject,
  listOf,
  readAddress,
  readBytes,
  readHash,
  readObject,
  readQuantity,
  readUint64,
} from "./value.ts";

/** Entries and keys one request may name; what fits a transaction is far less. */
const LIST_LIMIT = 10_000;

/** Reads a transaction to send on the chain of this id: `from` must be given. */
export function sendRequestFor(chainId: bigint): Reader<TransactionRequest> {
  const read = transactionRequestFor(chainId);
  return (value) => {
    const request = read(value);
    if (field(readObject(value), "from", readAddress) === undefined) {
      throw invalidValue("from: the sender must be named");
    }
    return request;
  };
}

/** Reads a call, or a transaction to be, on the chain of this id; what is left out the node fills in. */
export function transactionRequestFor(chainId: bigint): Reader<TransactionRequest> {
  return (value) => {
    const object = readObject(value);
    const wanted = field(object, "chainId", readQuantity);
    if (wanted !== undefined && wanted !== chainId) {
      throw invalidValue(`chainId does not match node's (have=${wanted}, want=${chainId})`);
    }
    return readRequest(object);
  };
}

function readRequest(object: JsonObject): TransactionRequest {
  const fees = readFees(object);
  return {
    from: field(object, "from", readAddress) ?? ZERO_ADDRESS,
    to: field(object, "to", readAddress),
    gasLimit: field(object, "gas", readUint64) ?? field(object, "gasLimit", readUint64),
    ...fees,
    maxFeePerBlobGasWei: field(object, "maxFeePerBlobGas", readQuantity),
    blobHashes: field(object, "blobVersionedHashes", listOf(readHash, LIST_LIMIT)),
    valueWei: field(object, "value", readQuantity) ?? 0n,
    data: readData(object),
    nonce: field(object, "nonce", readUint64),
    accessList: field(object, "accessList", listOf(readAccessListEntry, LIST_LIMIT)),
    authorizations: field(object, "authorizationList", listOf(readAuthorization, LIST_LIMIT)),
  };
}

function readFees(object: JsonObject) {
  const gasPriceWei = field(object, "gasPrice", readQuantity);
  const maxFeePerGasWei = field(object, "maxFeePerGas", readQuantity);
  const maxPriorityFeePerGasWei = field(object, "maxPriorityFeePerGas", readQuantity);
  const usesFeeMarket = maxFeePerGasWei !== undefined || maxPriorityFeePerGasWei !== undefined;
  if (gasPriceWei !== undefined && usesFeeMarket) {
    throw invalidValue(
      "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified: give one or the other",
    );
  }
  if (
    maxFeePerGasWei !== undefined &&
    maxPriorityFeePerGasWei !== undefined &&
    maxPriorityFeePerGasWei > maxFeePerGasWei
  ) {
    throw invalidValue(
      "max priority fee per gas higher than max fee per gas: " +
        `maxFeePerGas ${maxFeePerGasWei}, maxPriorityFeePerGas ${maxPriorityFeePerGasWei}`,
    );
  }
  return { gasPriceWei, maxFeePerGasWei, maxPriorityFeePerGasWei };
}

/** `input` is the name of the specification, `data` the older one that most tools still send. */
function readData(object: JsonObject): Uint8Array {
  const input = field(object, "input", readBytes);
  const data = field(object, "data", readBytes);
  if (input !== undefined && data !== undefined && !equalBytes(input, data)) {
    throw invalidValue('both "data" and "input" are set and not equal: use "input"');
  }
  return input ?? data ?? EMPTY_BYTES;
}

function readAccessListEntry(value: unknown): AccessListEntry {
  const object = readObject(value);
  const address = field(object, "address", readAddress);
  if (address === undefined) throw invalidValue("address is missing");
  return { address, storageKeys: field(object, "storageKeys", listOf(readHash, LIST_LIMIT)) ?? [] };
}

function readAuthorization(value: unknown): Authorization {
  const object = readObject(value);
  const address = field(object, "address", readAddress);
  if (address === undefined) throw invalidValue("address is missing");
  return {
    chainId: field(object, "chainId", readQuantity) ?? 0n,
    address,
    nonce: field(object, "nonce", readUint64) ?? 0n,
    yParity: field(object, "yParity", readUint64) ?? field(object, "v", readUint64) ?? 0n,
    r: field(object, "r", readQuantity) ?? 0n,
    s: field(object, "s", readQuantity) ?? 0n,
  };
}
