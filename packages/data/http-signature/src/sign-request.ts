import { type KeyObject, randomBytes } from "node:crypto";
import { type InnerList, serializeDictionary } from "structured-headers";
import { algorithmOf, signBytes } from "./algorithm.ts";
import { contentDigest } from "./content-digest.ts";
import type { RequestMessage } from "./message.ts";
import { signatureBase } from "./signature-base.ts";

export interface RequestToSign {
  readonly method: string;
  /** Whole, as it will be asked for. */
  readonly url: string;
  /** Those that are sent and should be covered. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface SigningIdentity {
  readonly keyid: string;
  /** A private key, or the secret that is shared with the server. */
  readonly key: KeyObject;
}

export interface SigningOptions {
  readonly nowMs?: number;
  /** Default a minute. */
  readonly lifetimeMs?: number;
  /** New for each request; by default 128 random bits. */
  readonly nonce?: string;
  readonly tag?: string;
  readonly label?: string;
}

/**
 * Headers to add to a request so that its receiver knows who sent it, RFC 9421: it covers the method, the whole URL,
 * the body by its digest, and the headers that are given.
 *
 * @throws {HttpSignatureError} `SIGNATURE_KEY_UNSUPPORTED`
 */
export function signRequest(
  request: RequestToSign,
  { keyid, key }: SigningIdentity,
  options: SigningOptions = {},
): Record<string, string> {
  const { lifetimeMs = 60_000, nowMs = Date.now(), label = "sig", tag } = options;
  const created = Math.floor(nowMs / 1_000);
  const digest = request.body === undefined ? undefined : contentDigest(Buffer.from(request.body));
  const added = digest === undefined ? {} : { "content-digest": digest };
  const fields = new Map(
    Object.entries({ ...request.headers, ...added }).map(
      ([name, value]) => [name.toLowerCase(), [value]] as const,
    ),
  );
  const components = ["@method", "@target-uri", ...fields.keys()];
  const input: InnerList = [
    components.map((name) => [name, new Map()]),
    new Map<string, string | number>([
      ["created", created],
      ["expires", created + Math.ceil(lifetimeMs / 1_000)],
      ["nonce", options.nonce ?? randomBytes(16).toString("base64url")],
      ["keyid", keyid],
      ["alg", algorithmOf(key)],
      ...(tag === undefined ? [] : [["tag", tag] as const]),
    ]),
  ];
  const base = signatureBase(messageOf(request, fields), input);
  const signature = signBytes(key, Buffer.from(base));
  return {
    ...added,
    "signature-input": serializeDictionary(new Map([[label, input]])),
    signature: serializeDictionary(new Map([[label, [signature, new Map()]]])),
  };
}

function messageOf(request: RequestToSign, fields: RequestMessage["fields"]): RequestMessage {
  const url = new URL(request.url);
  return {
    method: request.method.toUpperCase(),
    scheme: url.protocol === "https:" ? "https" : "http",
    authority: url.host,
    target: `${url.pathname}${url.search}`,
    fields,
  };
}
