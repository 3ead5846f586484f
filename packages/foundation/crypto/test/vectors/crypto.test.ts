import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bytesToBigInt, bytesToHex, hexToBytes } from "@ghostchain/encoding";
import { listVectorFiles, testVectors, type VectorTally } from "@ghostchain/tools/vectors";
import { describe, expect } from "vitest";
import {
  blake3,
  type EcdsaSignature,
  ed25519PublicKeyOf,
  parseDerSignature,
  parsePublicKey,
  publicKeyOf,
  signDigest,
  signEd25519,
  toLowS,
  verifyDigest,
  verifyEd25519,
} from "../../src/index.ts";

const fromHex = (digits: string) => hexToBytes(`0x${digits}`);
const toHex = (bytes: Uint8Array) => bytesToHex(bytes).slice(2);
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(...path), "utf8"));

interface WycheproofTest {
  readonly tcId: number;
  readonly comment: string;
  readonly msg: string;
  readonly sig: string;
  readonly result: "valid" | "invalid" | "acceptable";
}

interface WycheproofGroup {
  readonly type: string;
  /** Only of ECDSA, such as `SHA-256`. */
  readonly sha: string;
  readonly publicKey: { readonly uncompressed: string; readonly pk: string };
  readonly tests: readonly WycheproofTest[];
}

/** How a group writes its signatures, and whether an `s` in the upper half is good. */
const ECDSA_FORMATS: Readonly<
  Record<string, { parse: (bytes: Uint8Array) => EcdsaSignature; highS: boolean }>
> = {
  EcdsaBitcoinVerify: { parse: parseDerSignature, highS: false },
  EcdsaVerify: { parse: parseDerSignature, highS: true },
  EcdsaP1363Verify: { parse: parseCompact, highS: true },
};

describe("published vectors", () => {
  testVectors("wycheproof/ecdsa_secp256k1", "wycheproof", (directory, tally) => {
    for (const file of listVectorFiles(directory)) {
      if (!basename(file).startsWith("ecdsa_secp256k1_")) continue;
      checkWycheproof(file, tally, verifiesEcdsa);
    }
  });

  testVectors("wycheproof/ed25519", "wycheproof/ed25519_test.json", (file, tally) =>
    checkWycheproof(file, tally, ({ publicKey }, { msg, sig }) =>
      verifyEd25519(fromHex(msg), fromHex(sig), fromHex(publicKey.pk)),
    ),
  );

  testVectors("noble-curves/secp256k1", "noble-curves/secp256k1", (directory, tally) => {
    const { valid, invalid } = readJson(directory, "ecdsa.json");
    for (const { d, m, signature, description } of valid) {
      tally.check(`sign ${description}`, () => {
        expect(toCompact(signDigest(fromHex(m), fromHex(d)))).toBe(signature);
        const good = parseCompact(fromHex(signature));
        expect(verifyDigest(fromHex(m), good, publicKeyOf(fromHex(d)))).toBe(true);
      });
    }
    for (const { d, m, description } of invalid.sign) {
      tally.check(`refuse to sign: ${description}`, () => {
        expect(() => signDigest(fromHex(m), fromHex(d))).toThrow("_");
      });
    }
    for (const { Q, m, signature, description } of invalid.verify) {
      tally.check(`refuse: ${description}`, () => expect(isGood(Q, m, signature)).toBe(false));
    }
    const keys = readFileSync(join(directory, "privates-2.txt"), "utf8").trim().split("\n");
    for (const line of keys) {
      const [key = "", x, y] = line.split(":");
      tally.check(`public key of ${key}`, () => {
        const privateKey = fromHex(BigInt(key).toString(16).padStart(64, "0"));
        expect(toHex(publicKeyOf(privateKey))).toBe(`${x}${y}`);
      });
    }
  });

  testVectors("noble-curves/ed25519", "noble-curves/ed25519/vectors.txt", (file, tally) => {
    for (const line of readFileSync(file, "utf8").trim().split("\n")) {
      const [pair = "", publicKey = "", message = "", signed = ""] = line.split(":");
      tally.check(`sign ${message}`, () => {
        const seed = fromHex(pair.slice(0, 64));
        expect(toHex(ed25519PublicKeyOf(seed))).toBe(publicKey);
        expect(toHex(signEd25519(fromHex(message), seed)) + message).toBe(signed);
      });
    }
  });

  testVectors("blake3", "blake3/test_vectors.json", (file, tally) => {
    for (const { input_len: length, hash } of readJson(file).cases) {
      const input = new Uint8Array(length).map((_, index) => index % 251);
      tally.check(`${length} bytes`, () => expect(toHex(blake3(input))).toBe(hash.slice(0, 64)));
    }
  });
});

function checkWycheproof(
  file: string,
  tally: VectorTally,
  verify: (group: WycheproofGroup, test: WycheproofTest) => boolean,
): void {
  const groups: WycheproofGroup[] = readJson(file).testGroups;
  for (const group of groups) {
    for (const test of group.tests) {
      if (test.result === "acceptable") continue;
      tally.check(`${basename(file)} ${test.tcId} ${test.comment}`, () => {
        expect(verify(group, test)).toBe(test.result === "valid");
      });
    }
  }
}

function verifiesEcdsa({ type, sha, publicKey }: WycheproofGroup, test: WycheproofTest): boolean {
  const format = ECDSA_FORMATS[type];
  if (format === undefined) throw new Error(`unknown kind of group: ${type}`);
  const hash = createHash(sha.replace(/^SHA-/, "sha")).update(fromHex(test.msg)).digest();
  const point = parsePublicKey(fromHex(publicKey.uncompressed));
  try {
    const parsed = format.parse(fromHex(test.sig));
    const signature = format.highS ? toLowS(parsed) : parsed;
    return verifyDigest(new Uint8Array(hash).slice(0, 32), signature, point);
  } catch (error) {
    expect(error).toMatchObject({ code: "SIGNATURE_MALFORMED" });
    return false;
  }
}

function isGood(sec1: string, digest: string, signature: string): boolean {
  try {
    const point = parsePublicKey(fromHex(sec1));
    return verifyDigest(fromHex(digest), parseCompact(fromHex(signature)), point);
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/PUBLIC_KEY_INVALID|DIGEST_SIZE/) });
    return false;
  }
}

function parseCompact(bytes: Uint8Array): EcdsaSignature {
  if (bytes.length !== 64) return { r: 0n, s: 0n };
  return { r: bytesToBigInt(bytes.subarray(0, 32)), s: bytesToBigInt(bytes.subarray(32)) };
}

function toCompact({ r, s }: EcdsaSignature): string {
  return [r, s].map((value) => value.toString(16).padStart(64, "0")).join("");
}
