import { keccak256 } from "@ghostchain/crypto";
import { bigIntToFixedBytes, concatBytes } from "@ghostchain/encoding";
import {
  field,
  invalidValue,
  type JsonObject,
  readBytes,
  readObject,
  readText,
  readWithin,
} from "./read/value.ts";

/** Structs nested in structs, arrays in arrays. */
const DEPTH_LIMIT = 32;
const WORD = 32;

interface Member {
  readonly name: string;
  readonly type: string;
}

type Types = ReadonlyMap<string, readonly Member[]>;

/** What `eth_signTypedData_v4` is given, in the shape of EIP-712. */
export interface TypedData {
  readonly types: Types;
  readonly primaryType: string;
  readonly domain: JsonObject;
  readonly message: JsonObject;
}

/** An object, or the JSON text of one. */
export function readTypedData(value: unknown): TypedData {
  const object = readObject(typeof value === "string" ? parseJson(value) : value);
  const types = new Map<string, readonly Member[]>();
  for (const [name, members] of Object.entries(readObject(object.types))) {
    types.set(name, readWithin(`types.${name}`, readMembers, members));
  }
  const domain = field(object, "domain", readObject) ?? {};
  if (!types.has(DOMAIN)) types.set(DOMAIN, domainMembers(domain));
  const primaryType = field(object, "primaryType", readText);
  if (primaryType === undefined || !types.has(primaryType)) {
    throw invalidValue("primaryType must name one of the types");
  }
  return { types, primaryType, domain, message: field(object, "message", readObject) ?? {} };
}

/**
 * The digest that is signed: keccak256 of 0x1901, the domain's hash and the message's.
 *
 * @throws {RpcError} `RPC_PARAMS_INVALID` naming the member whose value does not fit its type
 * @see EIP-712
 */
export function typedDataDigest({ types, primaryType, domain, message }: TypedData): Uint8Array {
  const prefix = new Uint8Array([0x19, 0x01]);
  const domainHash = hashStruct(types, DOMAIN, domain, 0);
  if (primaryType === DOMAIN) return keccak256(concatBytes(prefix, domainHash));
  return keccak256(concatBytes(prefix, domainHash, hashStruct(types, primaryType, message, 0)));
}

const DOMAIN = "EIP712Domain";

const DOMAIN_MEMBERS: readonly Member[] = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
  { name: "salt", type: "bytes32" },
];

function domainMembers(domain: JsonObject): readonly Member[] {
  return DOMAIN_MEMBERS.filter(({ name }) => Object.hasOwn(domain, name));
}

function readMembers(value: unknown): readonly Member[] {
  if (!Array.isArray(value)) throw invalidValue("expected an array of members");
  return value.map((item) => {
    const member = readObject(item);
    const name = field(member, "name", readText);
    const type = field(member, "type", readText);
    if (name === undefined || type === undefined)
      throw invalidValue("a member needs name and type");
    return { name, type };
  });
}

function hashStruct(types: Types, type: string, value: JsonObject, depth: number): Uint8Array {
  const members = types.get(type) ?? [];
  const typeHash = keccak256(Buffer.from(encodeType(types, type)));
  const words = members.map((member) =>
    readWithin(
      member.name,
      () => encodeValue(types, member.type, ownValue(value, member.name), depth + 1),
      undefined,
    ),
  );
  return keccak256(concatBytes(typeHash, ...words));
}

/** The type with its members, then every struct it refers to, by name. */
function encodeType(types: Types, type: string): string {
  const referred = new Set<string>();
  collectReferred(types, type, referred);
  referred.delete(type);
  return [type, ...[...referred].sort()]
    .map((name) => {
      const members = (types.get(name) ?? []).map((member) => `${member.type} ${member.name}`);
      return `${name}(${members.join(",")})`;
    })
    .join("");
}

function collectReferred(types: Types, type: string, referred: Set<string>): void {
  const waiting = [type];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (referred.has(name)) continue;
    referred.add(name);
    for (const member of types.get(name) ?? []) {
      const base = member.type.replace(/(\[\d*\])+$/, "");
      if (types.has(base)) waiting.push(base);
    }
  }
}

/** One word: the value itself, or the hash of what does not fit one. */
function encodeValue(types: Types, type: string, value: unknown, depth: number): Uint8Array {
  if (depth > DEPTH_LIMIT) throw invalidValue(`nested deeper than ${DEPTH_LIMIT}`);
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array) return encodeArray(types, array[1] ?? "", array[2] ?? "", value, depth);
  if (types.has(type)) {
    if (value === undefined || value === null) return new Uint8Array(WORD);
    return hashStruct(types, type, readObject(value), depth);
  }
  return encodeAtom(type, value);
}

function encodeArray(
  types: Types,
  itemType: string,
  size: string,
  value: unknown,
  depth: number,
): Uint8Array {
  if (!Array.isArray(value)) throw invalidValue(`expected an array of ${itemType}`);
  if (size !== "" && value.length !== Number(size)) {
    throw invalidValue(`expected ${size} items, got ${value.length}`);
  }
  const words = value.map((item, index) =>
    readWithin(String(index), () => encodeValue(types, itemType, item, depth + 1), undefined),
  );
  return keccak256(concatBytes(...words));
}

function encodeAtom(type: string, value: unknown): Uint8Array {
  if (value === undefined || value === null) throw invalidValue(`missing value of type ${type}`);
  if (type === "string") return keccak256(Buffer.from(readText(value)));
  if (type === "bytes") return keccak256(readBytes(value));
  if (type === "bool") return bigIntToFixedBytes(readFlag(value) ? 1n : 0n, WORD);
  if (type === "address") return encodeInteger(value, 160, false);
  const [, kind, digits] = /^(u?int|bytes)(\d+)$/.exec(type) ?? [];
  const size = Number(digits);
  if (kind === "bytes" && size >= 1 && size <= WORD) return encodeFixedBytes(value, size);
  if ((kind === "uint" || kind === "int") && size >= 8 && size <= 256 && size % 8 === 0) {
    return encodeInteger(value, size, kind === "int");
  }
  throw invalidValue(`unknown type ${type}`);
}

function readFlag(value: unknown): boolean {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw invalidValue("expected true or false");
}

function encodeFixedBytes(value: unknown, sizeBytes: number): Uint8Array {
  const bytes = readBytes(value);
  if (bytes.length !== sizeBytes) {
    throw invalidValue(`expected ${sizeBytes} bytes, got ${bytes.length}`);
  }
  const word = new Uint8Array(WORD);
  word.set(bytes);
  return word;
}

/** A JSON number, or text in decimal or hexadecimal; two's complement when signed. */
function encodeInteger(value: unknown, bits: number, isSigned: boolean): Uint8Array {
  const number = readInteger(value);
  const span = 1n << BigInt(bits);
  const lowest = isSigned ? -span / 2n : 0n;
  if (number < lowest || number >= lowest + span) {
    throw invalidValue(`expected ${isSigned ? "a signed" : "an unsigned"} number of ${bits} bits`);
  }
  return bigIntToFixedBytes(BigInt.asUintN(256, number), WORD);
}

function readInteger(value: unknown): bigint {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "string" && value.length <= 80 && INTEGER.test(value)) {
    return value.startsWith("-") ? -BigInt(value.slice(1)) : BigInt(value);
  }
  throw invalidValue("expected a whole number, as a JSON number or as text");
}

const INTEGER = /^-?(0x[0-9a-fA-F]+|\d+)$/;

function ownValue(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidValue("expected typed data as an object or as JSON text");
  }
}
