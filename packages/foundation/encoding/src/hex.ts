import { EncodingError } from "./encoding-error.ts";

/** Text that starts with `0x`. Data has an even number of digits; a quantity has no leading zero. */
export type Hex = `0x${string}`;

const DATA = /^0x(?:[0-9a-fA-F]{2})*$/;

/** `0x` followed by two lower-case digits a byte. */
export function bytesToHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/**
 * Bytes of a `0x` text with an even number of hexadecimal digits, in any case.
 *
 * @throws {EncodingError} `HEX_MALFORMED`
 */
export function hexToBytes(text: string): Uint8Array {
  if (!DATA.test(text)) throw new EncodingError({ code: "HEX_MALFORMED", text: clip(text) });
  const buffer = Buffer.from(text.slice(2), "hex");
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Shortest form: `0x0`, `0xff`, never `0x00`. `value` must not be negative. */
export function toQuantity(value: bigint | number): Hex {
  if (value < 0) throw new EncodingError({ code: "NUMBER_NEGATIVE", text: String(value) });
  return `0x${value.toString(16)}`;
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
