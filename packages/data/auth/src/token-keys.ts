import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createFileOnce } from "@ghostchain/service";
import { type CryptoKey, importJWK } from "jose";
import { z } from "zod";
import { AuthError } from "./auth-error.ts";

/** One key that is alive. Its algorithm is fixed here, so that a token cannot choose it. */
export interface TokenKey {
  readonly id: string;
  readonly algorithm: "HS256" | "EdDSA";
  readonly verifyKey: CryptoKey | Uint8Array;
  /** Absent where only the public half is known: such a process verifies and does not sign. */
  readonly signKey: CryptoKey | Uint8Array | undefined;
}

/** The first key that can sign does; all verify. */
export type TokenKeys = readonly TokenKey[];

/** When the key was made, in seconds: by this a rotation knows which keys nobody needs any more. */
const iat = z.number().int().min(0).max(1e11).optional();

const keyFile = z.object({
  keys: z
    .array(
      z.discriminatedUnion("kty", [
        z.object({
          kty: z.literal("oct"),
          kid: z.string().min(1).max(64),
          alg: z.literal("HS256"),
          iat,
          /** 32 bytes in base64url: a shorter secret is weaker than the hash it keys. */
          k: z.string().min(43),
        }),
        z.object({
          kty: z.literal("OKP"),
          crv: z.literal("Ed25519"),
          kid: z.string().min(1).max(64),
          alg: z.literal("EdDSA"),
          iat,
          x: z.string().length(43),
          d: z.string().length(43).optional(),
        }),
      ]),
    )
    .min(1)
    .max(16),
});
export type KeyFile = z.output<typeof keyFile>;

/**
 * Keys from a JSON Web Key Set (RFC 7517). Where the file is absent one HS256 key is made and written, readable
 * by its owner only; processes that start together agree on one file.
 *
 * @throws {AuthError} `AUTH_KEY_FILE_INVALID`, without what the file contains
 */
export async function loadTokenKeys(path: string): Promise<TokenKeys> {
  const text = (await readText(path)) ?? (await createKeyFile(path));
  return importKeys(path, text);
}

/**
 * The keys of a file that was there before; unlike at the start, one that is gone is not made anew.
 *
 * @throws {AuthError} `AUTH_KEY_FILE_INVALID`
 */
export async function readTokenKeys(path: string): Promise<TokenKeys> {
  const text = await readText(path);
  if (text !== undefined) return importKeys(path, text);
  throw new AuthError({ code: "AUTH_KEY_FILE_INVALID", path, reason: "it is gone" });
}

function importKeys(path: string, text: string): Promise<TokenKeys> {
  return Promise.all(parseKeyFile(path, text).keys.map(importKey));
}

export function parseKeyFile(path: string, text: string): KeyFile {
  const parsed = keyFile.safeParse(parseJson(text));
  if (!parsed.success) {
    const reason = parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; ");
    throw new AuthError({ code: "AUTH_KEY_FILE_INVALID", path, reason });
  }
  const ids = parsed.data.keys.map(({ kid }) => kid);
  if (new Set(ids).size !== ids.length) {
    throw new AuthError({ code: "AUTH_KEY_FILE_INVALID", path, reason: "two keys with one kid" });
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema says what is missing; the parser's message would quote the secret
  }
}

async function importKey(jwk: KeyFile["keys"][number]): Promise<TokenKey> {
  if (jwk.kty === "oct") {
    const key = await importJWK(jwk);
    return { id: jwk.kid, algorithm: jwk.alg, verifyKey: key, signKey: key };
  }
  const { d, ...publicJwk } = jwk;
  return {
    id: jwk.kid,
    algorithm: jwk.alg,
    verifyKey: await importJWK(publicJwk),
    signKey: d === undefined ? undefined : await importJWK({ ...publicJwk, d }),
  };
}

async function createKeyFile(path: string): Promise<string> {
  const key = generateSecretKey(Date.now());
  await createFileOnce(path, `${JSON.stringify({ keys: [key] }, null, 2)}\n`);
  return readFile(path, "utf8");
}

export function generateSecretKey(nowMs: number) {
  const k = randomBytes(32).toString("base64url");
  const iat = Math.floor(nowMs / 1000);
  return { kty: "oct", kid: randomUUID(), alg: "HS256", iat, k } as const;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isFault(error, "ENOENT")) return undefined;
    throw error;
  }
}

export function isFault(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
