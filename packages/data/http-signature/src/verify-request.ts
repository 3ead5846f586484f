import type { KeyObject } from "node:crypto";
import type { InnerList, Item } from "structured-headers";
import { algorithmOf, verifyBytes } from "./algorithm.ts";
import { authorityOf } from "./component.ts";
import { checkContentDigest } from "./content-digest.ts";
import { HttpSignatureError } from "./http-signature-error.ts";
import { fieldValue, type RequestMessage } from "./message.ts";
import type { NonceStore } from "./nonce-store.ts";
import { signatureBase } from "./signature-base.ts";
import { bytesOf, isInnerList, malformed, readDictionary } from "./structured-field.ts";

export interface VerificationRules {
  /** A signature is taken for so long after it was created, whatever it says itself. Default five minutes. */
  readonly maxAgeMs?: number;
  /** How far a client's clock may be ahead. Default 30 s. */
  readonly clockSkewMs?: number;
  /** Hosts, with their port where it is not the scheme's, that requests to us are for; by default any. */
  readonly authorities?: readonly string[] | undefined;
  /** The `tag` that signatures for this application must carry; by default any or none. */
  readonly tag?: string | undefined;
}

export interface VerificationParts<Client> {
  /** The client of a `keyid` and its key. */
  readonly find: (
    keyid: string,
  ) => Promise<{ readonly client: Client; readonly key: KeyObject } | undefined>;
  readonly nonces: NonceStore;
  readonly nowMs: number;
}

/** Whether a request claims to be signed. Then it is verified or refused: never taken as one that is not. */
export function isSigned(fields: RequestMessage["fields"]): boolean {
  return fields.has("signature") || fields.has("signature-input");
}

/**
 * Who sent a request, RFC 9421. The signature must cover the method, host, path and query, and the body by its digest;
 * it must be recent, and its nonce new. Cheapest first; the nonce is spent only by a signature that is right.
 *
 * @throws {HttpSignatureError} with status 401, or `SIGNATURE_NONCES_EXHAUSTED`
 */
export async function verifyRequest<Client>(
  message: RequestMessage,
  body: Uint8Array,
  parts: VerificationParts<Client>,
  rules: VerificationRules = {},
): Promise<Client> {
  const { input, signature } = readSignature(message);
  const { nowMs } = parts;
  const params = readParams(input);
  if (rules.tag !== undefined && params.tag !== rules.tag) {
    throw malformed("signature-input", `tag must be ${JSON.stringify(rules.tag)}`);
  }
  const expiresAtMs = checkTime(params, nowMs, rules);
  checkHost(message, rules.authorities);
  checkCoverage(input, message, body);
  const found = await parts.find(params.keyid);
  if (found === undefined) throw refused("SIGNATURE_KEY_UNKNOWN");
  const expected = algorithmOf(found.key);
  if (params.alg !== undefined && params.alg !== expected) {
    throw new HttpSignatureError({ code: "SIGNATURE_ALGORITHM_MISMATCH", status: 401, expected });
  }
  if (body.length > 0) {
    checkContentDigest(fieldValue(message.fields, "content-digest") ?? "", body);
  }
  const base = Buffer.from(signatureBase(message, input));
  if (!verifyBytes(found.key, base, signature)) throw refused("SIGNATURE_INVALID");
  const isFirst = await parts.nonces.spend(params.keyid, params.nonce, expiresAtMs, nowMs);
  if (!isFirst) throw refused("SIGNATURE_REPLAYED");
  return found.client;
}

const KEYID_CHARACTERS = 128;
const NONCE_CHARACTERS = 128;

interface SignatureParams {
  readonly keyid: string;
  readonly nonce: string;
  readonly createdMs: number;
  readonly expiresMs: number | undefined;
  readonly alg: string | undefined;
  readonly tag: string | undefined;
}

/** One signature: of several it would have to be said whose word counts. */
function readSignature({ fields }: RequestMessage): { input: InnerList; signature: Buffer } {
  const inputs = readDictionary("signature-input", fieldValue(fields, "signature-input") ?? "");
  const signatures = readDictionary("signature", fieldValue(fields, "signature") ?? "");
  const [label] = inputs.keys();
  if (label === undefined || inputs.size !== 1) {
    throw malformed("signature-input", "expected exactly one signature");
  }
  const input = inputs.get(label);
  if (input === undefined || !isInnerList(input)) {
    throw malformed("signature-input", "expected a list of components in parentheses");
  }
  const signature = bytesOf(signatures.get(label));
  if (signature === undefined || signatures.size !== 1) {
    throw malformed("signature", `expected the bytes of ${label} and nothing else`);
  }
  return { input, signature };
}

function readParams([, params]: InnerList): SignatureParams {
  const text = (name: string, limit: number) => {
    const value = params.get(name);
    if (typeof value === "string" && value !== "" && value.length <= limit) return value;
    throw malformed("signature-input", `${name} must be a text of 1 to ${limit} characters`);
  };
  const seconds = (name: string) => {
    const value = params.get(name);
    if (typeof value === "number" && Number.isInteger(value)) return value * 1_000;
    throw malformed("signature-input", `${name} must be a time in whole seconds`);
  };
  return {
    keyid: text("keyid", KEYID_CHARACTERS),
    nonce: text("nonce", NONCE_CHARACTERS),
    createdMs: seconds("created"),
    expiresMs: params.has("expires") ? seconds("expires") : undefined,
    alg: params.has("alg") ? text("alg", KEYID_CHARACTERS) : undefined,
    tag: params.has("tag") ? text("tag", KEYID_CHARACTERS) : undefined,
  };
}

/** @returns until when the signature could be shown again, so that its nonce must be remembered */
function checkTime(
  { createdMs, expiresMs }: SignatureParams,
  nowMs: number,
  { maxAgeMs = 5 * 60_000, clockSkewMs = 30_000 }: VerificationRules,
): number {
  if (createdMs > nowMs + clockSkewMs) throw refused("SIGNATURE_NOT_YET_VALID");
  const expiresAtMs = Math.min(createdMs + maxAgeMs, expiresMs ?? Number.POSITIVE_INFINITY);
  if (expiresAtMs <= nowMs) throw refused("SIGNATURE_EXPIRED");
  return expiresAtMs;
}

/** The same key may be known elsewhere: what was sent there must not count here. */
function checkHost(message: RequestMessage, authorities: readonly string[] | undefined): void {
  const host = authorityOf(message);
  if (authorities === undefined || authorities.includes(host)) return;
  throw new HttpSignatureError({ code: "SIGNATURE_HOST_FOREIGN", status: 401, host });
}

function checkCoverage([components]: InnerList, message: RequestMessage, body: Uint8Array): void {
  const covered = new Set(components.filter(isPlain).map(([name]) => String(name)));
  const demand = (...names: readonly string[]) => {
    if (names.some((name) => covered.has(name))) return;
    const [component = ""] = names;
    throw new HttpSignatureError({ code: "SIGNATURE_INCOMPLETE", status: 401, component });
  };
  demand("@method");
  demand("@authority", "@target-uri");
  demand("@path", "@target-uri", "@request-target");
  if (message.target.includes("?")) demand("@query", "@target-uri", "@request-target");
  if (body.length > 0) demand("content-digest");
}

/** With parameters a component is only a part of what its name says. */
function isPlain([name, params]: Item): boolean {
  return typeof name === "string" && params.size === 0;
}

type PlainCode =
  | "SIGNATURE_KEY_UNKNOWN"
  | "SIGNATURE_EXPIRED"
  | "SIGNATURE_NOT_YET_VALID"
  | "SIGNATURE_INVALID"
  | "SIGNATURE_REPLAYED";

function refused(code: PlainCode): HttpSignatureError {
  return new HttpSignatureError({ code, status: 401 });
}
