import { createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { algorithmOf } from "./algorithm.ts";
import { HttpSignatureError } from "./http-signature-error.ts";

/** A program that signs what it sends. */
export interface MachineClient {
  readonly keyid: string;
  readonly name: string;
  /** Calls a minute by what they cost; where one is not named the usual one holds. */
  readonly limits: Readonly<Partial<Record<"light" | "state" | "heavy" | "write", number>>>;
  /** The methods that it may call, as `eth_call` or `eth_*`; by default all. */
  readonly methods: readonly string[] | undefined;
}

export interface RegisteredClient {
  readonly client: MachineClient;
  readonly key: KeyObject;
}

const perMinute = z.int().min(1).max(1_000_000);
const entry = z.strictObject({
  keyid: z.string().regex(/^[\x21-\x7e]{1,128}$/, "1 to 128 characters without spaces"),
  name: z.string().min(1).max(128),
  /** A public key as a JWK: Ed25519, EC P-256 or RSA. */
  publicKey: z.looseObject({ kty: z.enum(["OKP", "EC", "RSA"]) }).optional(),
  /** Instead of it, base64url of a secret of at least 32 bytes. */
  secret: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43,}$/, "at least 32 bytes as base64url")
    .optional(),
  limits: z
    .strictObject({ light: perMinute, state: perMinute, heavy: perMinute, write: perMinute })
    .partial()
    .default({}),
  methods: z
    .array(z.string().regex(/^[a-zA-Z0-9]+_[a-zA-Z0-9]*\*?$/, "a method, or a prefix and *"))
    .min(1)
    .optional(),
});
type Entry = z.output<typeof entry>;

const PRIVATE_MEMBERS = ["d", "p", "q", "k"];
const CLIENTS_MAX = 10_000;

/**
 * Clients from the text of their file: a JSON array of `{keyid, name, publicKey | secret, limits?, methods?}`.
 *
 * @throws {HttpSignatureError} `SIGNATURE_CLIENTS_INVALID`, which names the entry and never what it contains
 */
export function readClients(path: string, text: string): ReadonlyMap<string, RegisteredClient> {
  const list = parseJson(text);
  const invalid = (place: string, reason: string) =>
    new HttpSignatureError({ code: "SIGNATURE_CLIENTS_INVALID", path, entry: place, reason });
  if (!Array.isArray(list)) throw invalid("its beginning", "expected a JSON array of clients");
  if (list.length > CLIENTS_MAX) throw invalid("its length", `at most ${CLIENTS_MAX} clients`);
  const clients = new Map<string, RegisteredClient>();
  for (const [index, value] of list.entries()) {
    const parsed = entry.safeParse(value);
    const place = placeOf(index, value);
    if (!parsed.success) {
      const reasons = parsed.error.issues.map((i) => `${i.path.join(".") || "it"}: ${i.message}`);
      throw invalid(place, reasons.join("; "));
    }
    const { keyid, name, limits, methods } = parsed.data;
    if (clients.has(keyid)) throw invalid(place, "another client has this keyid");
    const key = keyOf(parsed.data);
    if (typeof key === "string") throw invalid(place, key);
    clients.set(keyid, { client: { keyid, name, limits: defined(limits), methods }, key });
  }
  return clients;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the parser's message would quote what stands there
  }
}

function placeOf(index: number, value: unknown): string {
  const keyid = typeof value === "object" && value !== null && "keyid" in value ? value.keyid : "";
  const isShort = typeof keyid === "string" && keyid !== "" && keyid.length <= 128;
  return isShort ? `entry ${index} (${keyid})` : `entry ${index}`;
}

/** The key, or why there is none. */
function keyOf({ publicKey, secret }: Entry): KeyObject | string {
  if ((publicKey === undefined) === (secret === undefined)) {
    return "expected either publicKey or secret";
  }
  if (publicKey !== undefined && PRIVATE_MEMBERS.some((name) => name in publicKey)) {
    return "publicKey holds a private key: take it out, and replace that key";
  }
  try {
    const key =
      secret === undefined
        ? createPublicKey({ key: { ...publicKey }, format: "jwk" })
        : createSecretKey(secret, "base64url");
    algorithmOf(key);
    return key;
  } catch (error) {
    return error instanceof HttpSignatureError ? error.message : "publicKey is not a valid JWK";
  }
}

function defined(limits: Entry["limits"]): MachineClient["limits"] {
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined));
}
