import { RpcProxyError } from "./rpc-proxy-error.ts";

type RequiredKind =
  | "any"
  | "address"
  | "hash"
  | "data"
  | "quantity"
  | "blockNumber"
  | "block"
  | "call"
  | "filter";
/** What a parameter must look like; with `?` it may be left out. */
export type ParamKind = RequiredKind | "block?";

type BlockTag = "latest" | "earliest" | "pending" | "safe" | "finalized";

/** Which block a call is about. */
export type BlockName =
  | { readonly tag: BlockTag }
  | { readonly number: number }
  | { readonly hash: string; readonly requireCanonical: boolean };

/**
 * Refuses what no node could answer, before it costs one anything. Objects are looked into by those who read them.
 *
 * @throws {RpcProxyError} `RPC_PROXY_PARAMS_INVALID`
 */
export function checkParams(params: readonly unknown[], kinds: readonly ParamKind[]): void {
  for (const [index, kind] of kinds.entries()) {
    const value = params[index];
    if (kind === "block?") {
      if (value !== undefined && value !== null) readBlock(value, index);
      continue;
    }
    if (value === undefined) throw invalid(index, `missing: expected ${EXPECTED[kind]}`);
    checkParam(value, kind, index);
  }
}

/** @throws {RpcProxyError} `RPC_PROXY_PARAMS_INVALID` for what names no block, as by EIP-1898 */
export function readBlock(value: unknown, index: number): BlockName {
  if (typeof value === "string") {
    if (HASH.test(value)) return { hash: value.toLowerCase(), requireCanonical: false };
    return readBlockNumber(value, index);
  }
  if (typeof value !== "object" || value === null) throw invalid(index, EXPECTED_BLOCK);
  const { blockNumber, blockHash, requireCanonical = false } = value as Record<string, unknown>;
  if ((blockNumber === undefined) === (blockHash === undefined)) {
    throw invalid(index, "expected either blockNumber or blockHash");
  }
  if (blockHash === undefined) return readBlockNumber(blockNumber, index);
  if (typeof blockHash !== "string" || !HASH.test(blockHash)) {
    throw invalid(index, "blockHash must be 32 bytes of hex with 0x");
  }
  if (typeof requireCanonical !== "boolean") {
    throw invalid(index, "requireCanonical must be true or false");
  }
  return { hash: blockHash.toLowerCase(), requireCanonical };
}

/** A tag or a number. */
export function readBlockNumber(value: unknown, index: number): BlockName {
  if (typeof value === "string") {
    if (isTag(value)) return { tag: value };
    if (QUANTITY.test(value)) return { number: Number(value) };
  }
  throw invalid(index, EXPECTED_BLOCK);
}

/** A quantity of an answer or a parameter that is known to fit; undefined for anything else. */
export function quantityOf(value: unknown): number | undefined {
  return typeof value === "string" && QUANTITY.test(value) ? Number(value) : undefined;
}

export function isHash(value: unknown): value is string {
  return typeof value === "string" && HASH.test(value);
}

/** The fields of an object parameter. */
export function readObject(value: unknown, index: number): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw invalid(index, "expected an object");
}

export function invalid(index: number, problem: string): RpcProxyError {
  return new RpcProxyError({ code: "RPC_PROXY_PARAMS_INVALID", index, problem });
}

const HASH = /^0x[0-9a-f]{64}$/i;
const ADDRESS = /^0x[0-9a-f]{40}$/i;
const DATA = /^0x([0-9a-f]{2})*$/i;
/** As wide as a block's number may be, with the leading zeros that some clients write. */
const QUANTITY = /^0x[0-9a-f]{1,16}$/i;
const ANY_QUANTITY = /^0x[0-9a-f]{1,64}$/i;
const TAGS: ReadonlySet<string> = new Set(["latest", "earliest", "pending", "safe", "finalized"]);

const EXPECTED_BLOCK =
  "expected a block: a number as hex with 0x, a hash of 32 bytes, or latest, earliest, pending, safe, finalized";
const EXPECTED: Readonly<Record<RequiredKind, string>> = {
  any: "a value",
  address: "an address: 20 bytes of hex with 0x",
  hash: "a hash: 32 bytes of hex with 0x",
  data: "bytes as hex with 0x",
  quantity: "a number as hex with 0x",
  blockNumber: "a block's number or tag",
  block: "a block's number, tag or hash",
  call: "a call object",
  filter: "a filter object",
};
const FORMS: Readonly<Partial<Record<RequiredKind, RegExp>>> = {
  address: ADDRESS,
  hash: HASH,
  data: DATA,
  quantity: ANY_QUANTITY,
};

function checkParam(value: unknown, kind: RequiredKind, index: number): void {
  if (kind === "any") return;
  if (kind === "block") readBlock(value, index);
  else if (kind === "blockNumber") readBlockNumber(value, index);
  else if (kind === "call" || kind === "filter") readObject(value, index);
  else if (typeof value !== "string" || !FORMS[kind]?.test(value)) {
    throw invalid(index, `expected ${EXPECTED[kind]}`);
  }
}

function isTag(value: string): value is BlockTag {
  return TAGS.has(value);
}
