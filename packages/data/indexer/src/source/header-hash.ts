import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex, encodeRlp, hexToBytes } from "@ghostchain/encoding";
import type { Hex } from "viem";

type Fields = Readonly<Record<string, unknown>>;

/** A field of the header, in the order in which they are hashed; numbers are written without leading zeros. */
interface Field {
  readonly name: string;
  readonly isQuantity: boolean;
}

const bytes = (name: string): Field => ({ name, isQuantity: false });
const quantity = (name: string): Field => ({ name, isQuantity: true });

const FRONTIER: readonly Field[] = [
  ...["parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot"].map(bytes),
  ...["receiptsRoot", "logsBloom"].map(bytes),
  ...["difficulty", "number", "gasLimit", "gasUsed", "timestamp"].map(quantity),
  ...["extraData", "mixHash", "nonce"].map(bytes),
];

/** What forks have added since, each after the one before: London, Shanghai, Cancun, Prague. */
const ADDED: readonly Field[] = [
  quantity("baseFeePerGas"),
  bytes("withdrawalsRoot"),
  quantity("blobGasUsed"),
  quantity("excessBlobGas"),
  bytes("parentBeaconBlockRoot"),
  bytes("requestsHash"),
];

/**
 * The hash of a header as Ethereum makes it, from what `eth_getBlockByNumber` says of a block; undefined where a field
 * is missing, so that it cannot be told.
 *
 * @see Yellow Paper, section 4.3; EIP-1559, EIP-4895, EIP-4844, EIP-4788, EIP-7685
 */
export function hashHeader(header: Fields): Hex | undefined {
  const present = ADDED.filter(({ name }) => header[name] !== undefined && header[name] !== null);
  const isPrefix = present.every((field, index) => field === ADDED[index]);
  if (!isPrefix) return undefined;
  const encoded: Uint8Array[] = [];
  for (const field of [...FRONTIER, ...present]) {
    const value = encode(header[field.name], field.isQuantity);
    if (value === undefined) return undefined;
    encoded.push(value);
  }
  return bytesToHex(keccak256(encodeRlp(encoded)));
}

const HEX = /^0x[0-9a-fA-F]*$/;

function encode(value: unknown, isQuantity: boolean): Uint8Array | undefined {
  if (typeof value !== "string" || !HEX.test(value)) return undefined;
  const digits = isQuantity ? value.slice(2).replace(/^0+/, "") : value.slice(2);
  if (!isQuantity && digits.length % 2 !== 0) return undefined;
  return hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`);
}
