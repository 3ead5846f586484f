import { allocateBytes } from "./bytes.ts";
import { EncodingError } from "./encoding-error.ts";

/** A string of bytes, or a list of items. */
export type RlpItem = Uint8Array | RlpItem[];

/** What can be encoded: the same, and lists that are not ours to change. */
export type RlpInput = Uint8Array | readonly RlpInput[];

/** Lists nested deeper than this are refused: no protocol has them, and recursion must be bounded. */
const MAX_DEPTH = 1024;

const SHORT_MAX = 55;
const STRING = 0x80;
const LIST = 0xc0;

/**
 * Recursive Length Prefix, in one allocation: sizes first, then the bytes from the last to the first, so
 * that a list's payload is already written when its prefix needs to know how long it is.
 *
 * @see Yellow paper, appendix B
 */
export function encodeRlp(item: RlpInput): Uint8Array {
  const encoded = allocateBytes(encodedSize(item));
  writeBackwards(item, encoded, encoded.length);
  return encoded;
}

/**
 * The one item that `bytes` encode. Only the canonical form is taken: the shortest prefix, no byte left
 * over. Strings are views of `bytes`, not copies.
 *
 * @throws {EncodingError} `RLP_MALFORMED` with the offset of the prefix that is wrong
 */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  const decoder = new Decoder(bytes);
  const item = decoder.item(bytes.length, 0);
  if (decoder.at !== bytes.length) throw malformed("bytes left over", decoder.at);
  return item;
}

/**
 * The encodings that stand one after another in `bytes`, such as an exported chain of blocks, as views.
 *
 * @throws {EncodingError} `RLP_MALFORMED` on the way, at the first item that is cut short
 */
export function* splitRlp(bytes: Uint8Array): Generator<Uint8Array> {
  const decoder = new Decoder(bytes);
  while (decoder.at < bytes.length) {
    const from = decoder.at;
    decoder.skip(bytes.length);
    yield view(bytes, from, decoder.at);
  }
}

function encodedSize(item: RlpInput): number {
  if (item instanceof Uint8Array) return stringSize(item);
  let payload = 0;
  for (const child of item) payload += encodedSize(child);
  return prefixSize(payload) + payload;
}

function stringSize(bytes: Uint8Array): number {
  if (bytes.length === 1 && (bytes[0] as number) < STRING) return 1;
  return prefixSize(bytes.length) + bytes.length;
}

function prefixSize(payload: number): number {
  return payload <= SHORT_MAX ? 1 : 1 + numberSize(payload);
}

function numberSize(value: number): number {
  if (value < 0x100) return 1;
  if (value < 0x1_0000) return 2;
  if (value < 0x100_0000) return 3;
  return value < 0x1_0000_0000 ? 4 : 5;
}

/** Writes `item` so that it ends before `end`, and returns where it begins. */
function writeBackwards(item: RlpInput, into: Uint8Array, end: number): number {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && (item[0] as number) < STRING) {
      into[end - 1] = item[0] as number;
      return end - 1;
    }
    into.set(item, end - item.length);
    return writePrefix(STRING, item.length, into, end - item.length);
  }
  let at = end;
  for (let index = item.length - 1; index >= 0; index--) {
    at = writeBackwards(item[index] as RlpInput, into, at);
  }
  return writePrefix(LIST, end - at, into, at);
}

function writePrefix(kind: number, payload: number, into: Uint8Array, end: number): number {
  if (payload <= SHORT_MAX) {
    into[end - 1] = kind + payload;
    return end - 1;
  }
  let at = end;
  for (let rest = payload; rest > 0; rest = Math.floor(rest / 256)) {
    at -= 1;
    into[at] = rest % 256;
  }
  into[at - 1] = kind + SHORT_MAX + (end - at);
  return at - 1;
}

class Decoder {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The item that begins here and must end by `limit`. */
  item(limit: number, depth: number): RlpItem {
    const from = this.at;
    const isList = (this.#bytes[from] ?? 0) >= LIST;
    const end = this.#payloadEnd(limit);
    if (!isList) {
      const start = this.at;
      this.at = end;
      return view(this.#bytes, start, end);
    }
    if (depth >= MAX_DEPTH) throw malformed(`lists nested deeper than ${MAX_DEPTH}`, from);
    const items: RlpItem[] = [];
    while (this.at < end) items.push(this.item(end, depth + 1));
    return items;
  }

  /** Passes over one item without looking inside. */
  skip(limit: number): void {
    this.at = this.#payloadEnd(limit);
  }

  /** Moves to where the payload begins and returns where it ends. */
  #payloadEnd(limit: number): number {
    const from = this.at;
    if (from >= limit) throw malformed("an item is missing", from);
    const prefix = this.#bytes[from] as number;
    if (prefix < STRING) return from + 1;
    const short = prefix - (prefix < LIST ? STRING : LIST);
    this.at = from + 1;
    const size = short <= SHORT_MAX ? short : this.#longSize(short - SHORT_MAX, limit, from);
    const end = this.at + size;
    if (end > limit) throw malformed(`payload of ${size} bytes is cut short`, from);
    if (prefix === STRING + 1 && (this.#bytes[this.at] as number) < STRING) {
      throw malformed("a byte below 0x80 stands for itself", from);
    }
    return end;
  }

  #longSize(sizeOfSize: number, limit: number, from: number): number {
    if (this.at + sizeOfSize > limit) throw malformed("the length is cut short", from);
    if (this.#bytes[this.at] === 0) throw malformed("the length has a leading zero", from);
    let size = 0;
    for (let index = 0; index < sizeOfSize; index++) {
      size = size * 256 + (this.#bytes[this.at + index] as number);
    }
    this.at += sizeOfSize;
    if (size <= SHORT_MAX) throw malformed(`${size} bytes take the short prefix`, from);
    return size;
  }
}

/** Not `subarray`: on a `Buffer` that makes another `Buffer`, which is slower and compares as unequal. */
function view(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);
}

function malformed(reason: string, offset: number): EncodingError {
  return new EncodingError({ code: "RLP_MALFORMED", reason, offset });
}
