import { type Hex, hexToBytes } from "@ghostchain/encoding";
import type { Address, Hash } from "@ghostchain/evm";
import { type Reader, withinPath } from "../method.ts";
import { RpcError } from "../rpc-error.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

const HEX_DIGITS = /^0x[0-9a-fA-F]+$/;
const DATA = /^0x(?:[0-9a-fA-F]{2})*$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const HASH = /^0x[0-9a-fA-F]{64}$/;

/** The error of a reader; the method adds which argument it was. */
export function invalidValue(problem: string): RpcError {
  return new RpcError({ code: "RPC_PARAMS_INVALID", path: [], problem });
}

export function readText(value: unknown): string {
  if (typeof value !== "string") throw wrongKind("a string", value);
  return value;
}

export function readBoolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw wrongKind("true or false", value);
  return value;
}

/** Any case goes in, lower case comes out. */
export function readAddress(value: unknown): Address {
  const text = readHexText(value, "an address of 20 bytes");
  if (!ADDRESS.test(text)) throw malformed("an address: 0x and 40 hexadecimal digits", text);
  return text.toLowerCase() as Address;
}

export function readHash(value: unknown): Hash {
  const text = readHexText(value, "a hash of 32 bytes");
  if (!HASH.test(text)) throw malformed("32 bytes: 0x and 64 hexadecimal digits", text);
  return text.toLowerCase() as Hash;
}

export function readBytes(value: unknown): Uint8Array {
  const text = readHexText(value, "data in hexadecimal");
  if (!DATA.test(text)) {
    throw malformed("data: 0x and an even number of hexadecimal digits", text);
  }
  return hexToBytes(text);
}

/** A quantity of at most 256 bits. Leading zeros are let through: many tools write them. */
export const readQuantity: Reader<bigint> = quantityOf(256);

/** A quantity that fits an unsigned 64-bit number: nonces, gas, times, block numbers. */
export const readUint64: Reader<bigint> = quantityOf(64);

function quantityOf(bits: number): Reader<bigint> {
  return (value) => {
    const text = readHexText(value, "a quantity in hexadecimal");
    // A longer text cannot fit, however many zeros it begins with, and would be slow to turn into a number.
    if (!HEX_DIGITS.test(text) || text.length > 80)
      throw malformed("a quantity such as 0x1f", text);
    const quantity = BigInt(text);
    if (quantity >> BigInt(bits) !== 0n) {
      throw malformed(`a quantity of at most ${bits} bits`, text);
    }
    return quantity;
  };
}

/** As dev tools write it: a quantity, or a whole JSON number, of at most 64 bits. */
export function readLooseUint64(value: unknown): bigint {
  if (typeof value !== "number") return readUint64(value);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw invalidValue(`expected a whole number of at least 0, got ${value}`);
  }
  return BigInt(value);
}

/** As `readLooseUint64`, and at most `maximum`. */
export function countUpTo(maximum: number): Reader<number> {
  return (value) => {
    const count = readLooseUint64(value);
    if (count > BigInt(maximum)) throw invalidValue(`expected at most ${maximum}, got ${count}`);
    return Number(count);
  };
}

export function readObject(value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw wrongKind("an object", value);
  }
  return value as JsonObject;
}

export function listOf<T>(read: Reader<T>, maximum: number): Reader<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw wrongKind("an array", value);
    if (value.length > maximum) {
      throw invalidValue(`expected at most ${maximum} items, got ${value.length}`);
    }
    return value.map((item, index) => readWithin(String(index), read, item));
  };
}

/** An own member of the object; undefined when it is left out or null. */
export function field<T>(object: JsonObject, name: string, read: Reader<T>): T | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (value === undefined || value === null) return undefined;
  return readWithin(name, read, value);
}

export function readWithin<T>(step: string, read: Reader<T>, value: unknown): T {
  try {
    return read(value);
  } catch (error) {
    throw withinPath(step, error);
  }
}

/** Text that starts with 0x. */
function readHexText(value: unknown, expected: string): Hex {
  if (typeof value !== "string") throw wrongKind(expected, value);
  if (value === "") throw invalidValue(`empty hex string: expected ${expected}`);
  if (!value.startsWith("0x")) throw invalidValue("hex string without 0x prefix");
  return value as Hex;
}

function wrongKind(expected: string, value: unknown): RpcError {
  return invalidValue(`expected ${expected}, got ${kindOf(value)}`);
}

function malformed(expected: string, text: string): RpcError {
  const shown = text.length > 80 ? `${text.slice(0, 77)}...` : text;
  return invalidValue(`expected ${expected}, got ${JSON.stringify(shown)}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
