import { createHash, timingSafeEqual } from "node:crypto";
import { HttpSignatureError } from "./http-signature-error.ts";
import { bytesOf, malformed, readDictionary } from "./structured-field.ts";

const HASHES = [
  ["sha-512", "sha512"],
  ["sha-256", "sha256"],
] as const;

/** The value of `Content-Digest` for a body, RFC 9530. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
}

/**
 * @param field the value of `Content-Digest`, of which every hash that we know must be right
 * @throws {HttpSignatureError} `SIGNATURE_DIGEST_MISMATCH`; `SIGNATURE_MALFORMED` without a hash that we know
 */
export function checkContentDigest(field: string, body: Uint8Array): void {
  const digests = readDictionary("content-digest", field);
  const known = HASHES.filter(([name]) => digests.has(name));
  if (known.length === 0) throw malformed("content-digest", "it has neither sha-256 nor sha-512");
  for (const [name, algorithm] of known) {
    const given = bytesOf(digests.get(name));
    const expected = createHash(algorithm).update(body).digest();
    if (given?.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new HttpSignatureError({ code: "SIGNATURE_DIGEST_MISMATCH", status: 401 });
    }
  }
}
