import { hexToBytes } from "@ghostchain/encoding";
import { parseAddress, parseHash } from "@ghostchain/evm";
import { z } from "zod";

const AMOUNT = /^(?:0|[1-9][0-9]*|0x[0-9a-fA-F]{1,64})$/;

const NOT_AN_AMOUNT = "expected a whole number, not negative, in decimal or hexadecimal";

/** A number that is not negative: a safe integer, or text in decimal or hexadecimal, up to 256 bits. */
export const amountSchema = z
  .union(
    [
      z.int(NOT_AN_AMOUNT).min(0, NOT_AN_AMOUNT),
      z.string().regex(AMOUNT, NOT_AN_AMOUNT),
      z.bigint().min(0n, NOT_AN_AMOUNT),
    ],
    NOT_AN_AMOUNT,
  )
  .transform((value) => BigInt(value))
  .refine((value) => value < 2n ** 256n, "more than 256 bits");

/** A small count. */
export const countSchema = z.int().min(1).max(1000);

export const addressSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "expected 0x and 40 hexadecimal digits")
  .transform(parseAddress);

export const hashSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, "expected 0x and 64 hexadecimal digits")
  .transform(parseHash);

export function bytesSchema(maxBytes: number) {
  return z
    .string()
    .regex(/^0x(?:[0-9a-fA-F]{2})*$/, "expected 0x and an even number of hexadecimal digits")
    .transform(hexToBytes)
    .refine((bytes) => bytes.length <= maxBytes, `more than ${maxBytes} bytes`);
}
