import { bytesToBigInt, bytesToHex } from "@ghostchain/encoding";

const ERROR_SELECTOR = "0x08c379a0";
const PANIC_SELECTOR = "0x4e487b71";
const WORD = 32;

/** What Solidity's `Error(string)` or `Panic(uint256)` says; undefined for anything else. */
export function decodeRevertReason(data: Uint8Array): string | undefined {
  const selector = bytesToHex(data.subarray(0, 4));
  const body = data.subarray(4);
  if (selector === ERROR_SELECTOR) return decodeString(body);
  if (selector === PANIC_SELECTOR && body.length >= WORD) return panicText(wordAt(body, 0));
  return undefined;
}

/** One ABI-encoded string argument; undefined when the bytes are not one. */
function decodeString(body: Uint8Array): string | undefined {
  if (body.length < 2 * WORD) return undefined;
  const offset = wordAt(body, 0);
  if (offset > BigInt(body.length - WORD)) return undefined;
  const start = Number(offset) + WORD;
  const sizeBytes = wordAt(body, Number(offset));
  if (sizeBytes > BigInt(body.length - start)) return undefined;
  return Buffer.from(body.subarray(start, start + Number(sizeBytes))).toString("utf8");
}

function wordAt(body: Uint8Array, offset: number): bigint {
  return bytesToBigInt(body.subarray(offset, offset + WORD));
}

function panicText(code: bigint): string {
  return PANICS.get(code) ?? `unknown panic code: 0x${code.toString(16)}`;
}

/** Solidity documentation, "Panic via assert and Error via require". */
const PANICS: ReadonlyMap<bigint, string> = new Map([
  [0x00n, "generic panic"],
  [0x01n, "assert(false)"],
  [0x11n, "arithmetic underflow or overflow"],
  [0x12n, "division or modulo by zero"],
  [0x21n, "enum overflow"],
  [0x22n, "invalid encoded storage byte array accessed"],
  [0x31n, "out-of-bounds array access; popping on an empty array"],
  [0x32n, "out-of-bounds access of an array or bytesN"],
  [0x41n, "out of memory"],
  [0x51n, "uninitialized function"],
]);
