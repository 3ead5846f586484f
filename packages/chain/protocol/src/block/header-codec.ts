import { keccak256 } from "@ghostchain/crypto";
import {
  bigIntToBytes,
  encodeRlp,
  hexToBytes,
  type RlpInput,
  type RlpItem,
} from "@ghostchain/encoding";
import { type Hash, hashOfBytes } from "@ghostchain/evm";
import { ProtocolError } from "../protocol-error.ts";
import { decodeRlpField, RlpFields } from "../rlp-fields.ts";
import type { Header } from "./block.ts";

/** keccak256 of the header's encoding: what names a block. */
export function headerHash(header: Header): Hash {
  return hashOfBytes(keccak256(encodeHeader(header)));
}

export function encodeHeader(header: Header): Uint8Array {
  return encodeRlp(headerItem(header));
}

/** @throws {ProtocolError} `BLOCK_MALFORMED` naming the field */
export function decodeHeader(encoded: Uint8Array): Header {
  return headerOfItem(decodeRlpField(encoded, "header", malformedBlock));
}

export function headerItem(header: Header): RlpInput {
  const optional: (RlpInput | undefined)[] = [
    optionalNumber(header.baseFeePerGasWei),
    optionalHash(header.withdrawalsRoot),
    optionalNumber(header.blobGasUsed),
    optionalNumber(header.excessBlobGas),
    optionalHash(header.parentBeaconBlockRoot),
    optionalHash(header.requestsHash),
  ];
  return [
    hexToBytes(header.parentHash),
    hexToBytes(header.ommersHash),
    hexToBytes(header.coinbase),
    hexToBytes(header.stateRoot),
    hexToBytes(header.transactionsRoot),
    hexToBytes(header.receiptsRoot),
    header.logsBloom,
    bigIntToBytes(header.difficulty),
    bigIntToBytes(header.number),
    bigIntToBytes(header.gasLimit),
    bigIntToBytes(header.gasUsed),
    bigIntToBytes(header.timestamp),
    header.extraData,
    hexToBytes(header.mixHash),
    header.nonce,
    ...optional.filter((item) => item !== undefined),
  ];
}

/** How many fields a header has from London, Shanghai, Cancun and Prague on, after 15 before. */
const FIELD_COUNTS = [15, 16, 17, 20, 21];

export function headerOfItem(item: RlpItem): Header {
  const fields = new RlpFields(item, "header", malformedBlock);
  fields.expectCount("header", ...FIELD_COUNTS);
  return {
    parentHash: fields.hash("parentHash"),
    ommersHash: fields.hash("sha3Uncles"),
    coinbase: fields.address("miner"),
    stateRoot: fields.hash("stateRoot"),
    transactionsRoot: fields.hash("transactionsRoot"),
    receiptsRoot: fields.hash("receiptsRoot"),
    logsBloom: fields.bytes("logsBloom", 256),
    difficulty: fields.number("difficulty", 256),
    number: fields.number("number", 64),
    gasLimit: fields.number("gasLimit", 64),
    gasUsed: fields.number("gasUsed", 64),
    timestamp: fields.number("timestamp", 64),
    extraData: fields.bytes("extraData"),
    mixHash: fields.hash("mixHash"),
    nonce: fields.bytes("nonce", 8),
    ...laterFieldsOf(fields),
  };
}

function laterFieldsOf(fields: RlpFields): Partial<Header> {
  if (fields.count < 16) return {};
  const london = { baseFeePerGasWei: fields.number("baseFeePerGas", 256) };
  if (fields.count < 17) return london;
  const shanghai = { ...london, withdrawalsRoot: fields.hash("withdrawalsRoot") };
  if (fields.count < 20) return shanghai;
  const cancun = {
    ...shanghai,
    blobGasUsed: fields.number("blobGasUsed", 64),
    excessBlobGas: fields.number("excessBlobGas", 64),
    parentBeaconBlockRoot: fields.hash("parentBeaconBlockRoot"),
  };
  if (fields.count < 21) return cancun;
  return { ...cancun, requestsHash: fields.hash("requestsHash") };
}

export function malformedBlock(field: string, reason: string, cause?: Error): ProtocolError {
  const message = `malformed block: ${field}: ${reason}`;
  return new ProtocolError({ code: "BLOCK_MALFORMED", field, reason }, message, { cause });
}

function optionalNumber(value: bigint | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : bigIntToBytes(value);
}

function optionalHash(hash: Hash | undefined): Uint8Array | undefined {
  return hash === undefined ? undefined : hexToBytes(hash);
}
