import { constants, createHmac, type KeyObject, sign, timingSafeEqual, verify } from "node:crypto";
import { HttpSignatureError } from "./http-signature-error.ts";

/** As RFC 9421 section 6.2 registers them. */
export type Algorithm = "ed25519" | "ecdsa-p256-sha256" | "hmac-sha256" | "rsa-pss-sha512";

const SECRET_BYTES = 32;
const RSA_BITS = 2_048;
const RSA_SALT_BYTES = 64;

/**
 * The one algorithm that a key is for: a message cannot choose another.
 *
 * @throws {HttpSignatureError} `SIGNATURE_KEY_UNSUPPORTED` also for keys that are too weak
 */
export function algorithmOf(key: KeyObject): Algorithm {
  if (key.type === "secret") {
    if ((key.symmetricKeySize ?? 0) >= SECRET_BYTES) return "hmac-sha256";
    throw unsupported(`a secret must have at least ${SECRET_BYTES} bytes`);
  }
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = key;
  if (kind === "ed25519") return "ed25519";
  if (kind === "ec" && details?.namedCurve === "prime256v1") return "ecdsa-p256-sha256";
  if (kind === "rsa" || kind === "rsa-pss") {
    if ((details?.modulusLength ?? 0) >= RSA_BITS) return "rsa-pss-sha512";
    throw unsupported(`an RSA key must have at least ${RSA_BITS} bits`);
  }
  throw unsupported("use Ed25519, EC P-256, RSA or a secret");
}

export function signBytes(key: KeyObject, data: Uint8Array): Buffer {
  switch (algorithmOf(key)) {
    case "ed25519":
      return sign(null, data, key);
    case "ecdsa-p256-sha256":
      return sign("sha256", data, { key, dsaEncoding: "ieee-p1363" });
    case "hmac-sha256":
      return createHmac("sha256", key).update(data).digest();
    case "rsa-pss-sha512":
      return sign("sha512", data, { key, ...PSS });
  }
}

export function verifyBytes(key: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  switch (algorithmOf(key)) {
    case "ed25519":
      return verify(null, data, key, signature);
    case "ecdsa-p256-sha256":
      return verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature);
    case "hmac-sha256": {
      const expected = createHmac("sha256", key).update(data).digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    }
    case "rsa-pss-sha512":
      return verify("sha512", data, { key, ...PSS }, signature);
  }
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: RSA_SALT_BYTES };

function unsupported(reason: string): HttpSignatureError {
  return new HttpSignatureError({ code: "SIGNATURE_KEY_UNSUPPORTED", reason });
}
