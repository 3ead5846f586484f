import { bytesToBigInt } from "@ghostchain/encoding";
import { CryptoError } from "./crypto-error.ts";
import type { EcdsaSignature } from "./secp256k1.ts";

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/**
 * A signature in DER, read as strictly as Bitcoin does: every number in its one shortest form, nothing
 * before or after. The range of the numbers is not judged here.
 *
 * @throws {CryptoError} `SIGNATURE_MALFORMED`
 * @see BIP 66
 */
export function parseDerSignature(der: Uint8Array): EcdsaSignature {
  // 2 for the sequence, and for each number 2 and up to 33 bytes: no length needs its long form.
  if (der.length > 72) throw malformed(`${der.length} bytes, at most 72 expected`);
  if (der[0] !== SEQUENCE) throw malformed("does not begin with a sequence");
  if (der[1] !== der.length - 2) throw malformed("the sequence's length is not that of the rest");
  const r = readInteger(der, 2);
  const s = readInteger(der, r.end);
  if (s.end !== der.length) throw malformed("bytes follow the second number");
  return { r: r.value, s: s.value };
}

function readInteger(der: Uint8Array, at: number): { value: bigint; end: number } {
  const sizeBytes = der[at + 1] ?? 0;
  const end = at + 2 + sizeBytes;
  if (der[at] !== INTEGER) throw malformed(`no number at byte ${at}`);
  if (sizeBytes === 0 || end > der.length) throw malformed(`a number of impossible size at ${at}`);
  const bytes = der.subarray(at + 2, end);
  const [first = 0, second = 0] = bytes;
  if (first >= 0x80) throw malformed(`a negative number at byte ${at}`);
  if (first === 0 && sizeBytes > 1 && second < 0x80) throw malformed(`padding at byte ${at}`);
  return { value: bytesToBigInt(bytes), end };
}

function malformed(reason: string): CryptoError {
  return new CryptoError({ code: "SIGNATURE_MALFORMED", reason });
}
