import type { Address } from "@ghostchain/evm";
import type { BlockOverride, StateOverride } from "../backend.ts";
import {
  field,
  invalidValue,
  type JsonObject,
  readAddress,
  readBytes,
  readHash,
  readObject,
  readQuantity,
  readUint64,
  readWithin,
} from "./value.ts";

const ACCOUNT_LIMIT = 10_000;
const SLOT_LIMIT = 100_000;

/** Accounts as they shall be for one call. */
export function readStateOverrides(value: unknown): ReadonlyMap<Address, StateOverride> {
  const overrides = new Map<Address, StateOverride>();
  for (const [key, override] of entriesUpTo(ACCOUNT_LIMIT, readObject(value))) {
    const address = readWithin(key, readAddress, key);
    overrides.set(address, readWithin(key, readStateOverride, override));
  }
  return overrides;
}

function readStateOverride(value: unknown): StateOverride {
  const object = readObject(value);
  const state = field(object, "state", readSlots);
  const stateDiff = field(object, "stateDiff", readSlots);
  if (state && stateDiff) {
    throw invalidValue("both state and stateDiff are set: state replaces all, give one of them");
  }
  if (Object.hasOwn(object, "movePrecompileToAddress")) {
    throw invalidValue("movePrecompileToAddress is not supported");
  }
  return {
    balanceWei: field(object, "balance", readQuantity),
    nonce: field(object, "nonce", readUint64),
    code: field(object, "code", readBytes),
    state,
    stateDiff,
  };
}

function readSlots(value: unknown): ReadonlyMap<bigint, bigint> {
  const slots = new Map<bigint, bigint>();
  for (const [key, word] of entriesUpTo(SLOT_LIMIT, readObject(value))) {
    slots.set(readWithin(key, readSlot, key), readWithin(key, readQuantity, word));
  }
  return slots;
}

/** A storage key: up to 32 bytes of hexadecimal, an odd number of digits allowed. */
export function readSlot(value: unknown): bigint {
  const digits = typeof value === "string" && value.startsWith("0x") ? value.slice(2) : value;
  if (typeof digits !== "string") throw invalidValue("a storage key must be a hex string");
  if (digits.length > 64) {
    throw invalidValue(`storage key too long (want at most 32 bytes): ${clipped(value)}`);
  }
  if (!/^[0-9a-fA-F]*$/.test(digits)) {
    throw invalidValue(`invalid hex in storage key: ${clipped(value)}`);
  }
  return digits === "" ? 0n : BigInt(`0x${digits}`);
}

/** What the block shall look like to one call. */
export function readBlockOverride(value: unknown): BlockOverride {
  const object = readObject(value);
  return {
    number: field(object, "number", readUint64),
    timestamp: field(object, "time", readUint64) ?? field(object, "timestamp", readUint64),
    gasLimit: field(object, "gasLimit", readUint64),
    coinbase: field(object, "feeRecipient", readAddress) ?? field(object, "coinbase", readAddress),
    prevRandao: readRandom(object),
    baseFeeWei:
      field(object, "baseFeePerGas", readQuantity) ?? field(object, "baseFee", readQuantity),
    blobBaseFeeWei: field(object, "blobBaseFee", readQuantity),
  };
}

function readRandom(object: JsonObject): bigint | undefined {
  const hash = field(object, "prevRandao", readHash) ?? field(object, "random", readHash);
  return hash === undefined ? undefined : BigInt(hash);
}

function entriesUpTo(maximum: number, object: JsonObject): [string, unknown][] {
  const entries = Object.entries(object);
  if (entries.length > maximum) {
    throw invalidValue(`expected at most ${maximum} entries, got ${entries.length}`);
  }
  return entries;
}

function clipped(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 100));
}
