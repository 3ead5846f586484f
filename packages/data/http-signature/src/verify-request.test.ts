import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HttpSignatureError } from "./http-signature-error.ts";
import { fieldLinesOf, type RequestMessage } from "./message.ts";
import { MemoryNonceStore } from "./nonce-store.ts";
import { type RequestToSign, type SigningOptions, signRequest } from "./sign-request.ts";
import { isSigned, type VerificationRules, verifyRequest } from "./verify-request.ts";

const NOW_MS = 1_800_000_000_000;
const BODY = '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}';
const REQUEST: RequestToSign = {
  method: "POST",
  url: "https://ghost.example/rpc?v=1",
  headers: { "content-type": "application/json" },
  body: BODY,
};

const ed25519 = generateKeyPairSync("ed25519");
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const secret = createSecretKey(randomBytes(32));
const KEYS: Readonly<Record<string, { privateKey: KeyObject; publicKey: KeyObject }>> = {
  ed25519,
  "ecdsa-p256-sha256": ec,
  "rsa-pss-sha512": rsa,
  "hmac-sha256": { privateKey: secret, publicKey: secret },
};

interface Wire {
  message: RequestMessage;
  body: string;
}

/** The request as it would arrive. */
function arrive(headers: Record<string, string>, request = REQUEST): Wire {
  const url = new URL(request.url);
  const all = { host: url.host, ...request.headers, ...headers };
  return {
    message: {
      method: request.method,
      scheme: "https",
      authority: url.host,
      target: `${url.pathname}${url.search}`,
      fields: fieldLinesOf(Object.entries(all).flat()),
    },
    body: `${request.body ?? ""}`,
  };
}

function signed(options: SigningOptions = {}, request = REQUEST): Wire {
  const identity = { keyid: "bot", key: ed25519.privateKey };
  return arrive(signRequest(request, identity, { nowMs: NOW_MS, ...options }), request);
}

function verify(
  { message, body }: Wire,
  { key = ed25519.publicKey, nowMs = NOW_MS, nonces = new MemoryNonceStore(), rules = {} } = {} as {
    key?: KeyObject;
    nowMs?: number;
    nonces?: MemoryNonceStore;
    rules?: VerificationRules;
  },
): Promise<string> {
  const find = async (keyid: string) => (keyid === "bot" ? { client: keyid, key } : undefined);
  return verifyRequest(message, Buffer.from(body), { find, nonces, nowMs }, rules);
}

function withFields(wire: Wire, fields: Record<string, string>): Wire {
  const lines = new Map([
    ...wire.message.fields,
    ...Object.entries(fields).map(([k, v]) => [k, [v]] as const),
  ]);
  return { ...wire, message: { ...wire.message, fields: lines } };
}

describe("verifyRequest", () => {
  it.each(Object.keys(KEYS))("takes what was signed with %s, once", async (name) => {
    const keys = KEYS[name];
    if (!keys) throw new Error(name);
    const headers = signRequest(REQUEST, { keyid: "bot", key: keys.privateKey }, { nowMs: NOW_MS });
    const nonces = new MemoryNonceStore();
    const wire = arrive(headers);
    expect(await verify(wire, { key: keys.publicKey, nonces })).toBe("bot");
    await expect(verify(wire, { key: keys.publicKey, nonces })).rejects.toMatchObject({
      code: "SIGNATURE_REPLAYED",
    });
  });

  it("lets one of several that replay it at once in", async () => {
    const nonces = new MemoryNonceStore();
    const wire = signed();
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, () => verify(wire, { nonces })),
    );
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("does not spend the nonce of one whose signature is wrong", async () => {
    const nonces = new MemoryNonceStore();
    const wire = signed({ nonce: "n" });
    const other = generateKeyPairSync("ed25519").publicKey;
    await expect(verify(wire, { key: other, nonces })).rejects.toMatchObject({
      code: "SIGNATURE_INVALID",
    });
    expect(await verify(wire, { nonces })).toBe("bot");
  });
});

describe("an attacker who changes a signed request", () => {
  const attacks: Record<string, (wire: Wire) => Wire> = {
    "the method": (wire) => ({ ...wire, message: { ...wire.message, method: "PUT" } }),
    "the path": (wire) => ({ ...wire, message: { ...wire.message, target: "/rpc2?v=1" } }),
    "the query": (wire) => ({ ...wire, message: { ...wire.message, target: "/rpc?v=2" } }),
    "the host": (wire) => ({ ...wire, message: { ...wire.message, authority: "evil.example" } }),
    "the scheme": (wire) => ({ ...wire, message: { ...wire.message, scheme: "http" } }),
    "a covered header": (wire) => withFields(wire, { "content-type": "text/plain" }),
    "a parameter": (wire) =>
      withFields(wire, {
        "signature-input": `${wire.message.fields.get("signature-input")}`.replace(
          /nonce="[^"]*"/,
          'nonce="x"',
        ),
      }),
    "the components": (wire) =>
      withFields(wire, {
        "signature-input": `${wire.message.fields.get("signature-input")}`.replace(
          ' "content-type"',
          "",
        ),
      }),
  };
  it.each(Object.keys(attacks))("%s: is refused", async (name) => {
    const wire = attacks[name]?.(signed());
    if (!wire) throw new Error(name);
    await expect(verify(wire)).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
  });

  it("the body: is refused by its digest, and by the signature when the digest is changed too", async () => {
    const wire = signed();
    const changed = { ...wire, body: BODY.replace("eth_blockNumber", "eth_sendRawTransaction") };
    await expect(verify(changed)).rejects.toMatchObject({ code: "SIGNATURE_DIGEST_MISMATCH" });
    const digest = signed({}, { ...REQUEST, body: changed.body }).message.fields.get(
      "content-digest",
    );
    await expect(
      verify(withFields(changed, { "content-digest": `${digest}` })),
    ).rejects.toMatchObject({ code: "SIGNATURE_INVALID" });
  });

  it.each([
    ["content-digest", { ...REQUEST, headers: {} }, /content-digest/],
    ["@method", REQUEST, /"@method" /],
    ["@authority", REQUEST, /"@target-uri" /],
  ])("cannot leave out %s", async (component, request, pattern) => {
    const wire = signed({}, request);
    const input = `${wire.message.fields.get("signature-input")}`;
    const cut = input.replace(pattern, "").replace('""', "");
    await expect(verify(withFields(wire, { "signature-input": cut }))).rejects.toMatchObject({
      code: "SIGNATURE_INCOMPLETE",
      fault: { component },
    });
  });

  it("cannot pick another algorithm than the key's", async () => {
    const wire = signed();
    const input = `${wire.message.fields.get("signature-input")}`;
    const changed = input.replace('alg="ed25519"', 'alg="hmac-sha256"');
    await expect(verify(withFields(wire, { "signature-input": changed }))).rejects.toMatchObject({
      code: "SIGNATURE_ALGORITHM_MISMATCH",
    });
  });

  it("cannot use a public key as a secret", async () => {
    const raw = ed25519.publicKey.export({ format: "der", type: "spki" });
    const headers = signRequest(
      REQUEST,
      { keyid: "bot", key: createSecretKey(raw) },
      { nowMs: NOW_MS },
    );
    await expect(verify(arrive(headers))).rejects.toMatchObject({
      code: "SIGNATURE_ALGORITHM_MISMATCH",
    });
  });

  it("cannot bring a request that was signed for another host", async () => {
    const rules = { authorities: ["ghost.example"] };
    expect(await verify(signed(), { rules })).toBe("bot");
    const elsewhere = signed({}, { ...REQUEST, url: "https://evil.example/rpc?v=1" });
    await expect(verify(elsewhere, { rules })).rejects.toMatchObject({
      code: "SIGNATURE_HOST_FOREIGN",
    });
  });
});

describe("a signature's parameters", () => {
  it.each([
    [-5 * 60_000, "SIGNATURE_EXPIRED"],
    [31_000, "SIGNATURE_NOT_YET_VALID"],
  ])("do not let one be used that was created %i ms from now", async (offsetMs, code) => {
    const options = { nowMs: NOW_MS + offsetMs, lifetimeMs: 3_600_000 };
    await expect(verify(signed(options))).rejects.toMatchObject({ code });
  });

  it("end it when it says so, and cannot keep it alive by saying more", async () => {
    const wire = signed({ lifetimeMs: 10_000 });
    await expect(verify(wire, { nowMs: NOW_MS + 10_000 })).rejects.toMatchObject({
      code: "SIGNATURE_EXPIRED",
    });
    const long = signed({ lifetimeMs: 86_400_000 });
    await expect(verify(long, { nowMs: NOW_MS + 5 * 60_000 })).rejects.toMatchObject({
      code: "SIGNATURE_EXPIRED",
    });
  });

  it.each([
    ["no nonce", /;nonce="[^"]*"/, ""],
    ["no keyid", /;keyid="[^"]*"/, ""],
    ["no created", /;created=\d+/, ""],
    ["a time that is a text", /created=(\d+)/, 'created="$1"'],
    ["an endless nonce", /nonce="[^"]*"/, `nonce="${"n".repeat(129)}"`],
    ["two signatures", /^/, 'other=("@method");created=1;nonce="x";keyid="bot", '],
    ["no list", /\(.*\)/, "1"],
  ])("are refused with %s", async (_, pattern, replacement) => {
    const wire = signed();
    const input = `${wire.message.fields.get("signature-input")}`.replace(pattern, replacement);
    await expect(verify(withFields(wire, { "signature-input": input }))).rejects.toMatchObject({
      code: "SIGNATURE_MALFORMED",
      fault: { status: 401 },
    });
  });
});

describe("a tag", () => {
  it("keeps what was signed for another application out", async () => {
    const rules = { tag: "ghost" };
    expect(await verify(signed({ tag: "ghost" }), { rules })).toBe("bot");
    for (const wire of [signed({ tag: "other" }), signed()]) {
      await expect(verify(wire, { rules })).rejects.toMatchObject({ code: "SIGNATURE_MALFORMED" });
    }
  });
});

describe("whatever stands in the headers", () => {
  const part = fc.constantFrom(
    ...["sig", "=", "(", ")", '"@method"', '"@target-uri"', '"content-digest"', ";", ":", ","],
    ...["created=1800000000", 'keyid="bot"', 'nonce="n"', "AAAA", "?1", "@1", "%", '"', "\\", " "],
    ...["-9999999999999999", "1.5", "\u0000", "\uffff", "__proto__", "*"],
  );
  const field = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(part, { maxLength: 40 }).map((parts) => parts.join("")),
  );

  it("is refused with a coded error and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(field, field, field, async (input, signature, digest) => {
        const wire = withFields(arrive({}), {
          ...{ "signature-input": input, signature, "content-digest": digest },
        });
        const error = await verify(wire).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(HttpSignatureError);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is refused also where the rest is right", async () => {
    const right = signed();
    const input = `${right.message.fields.get("signature-input")}`;
    const names = ["signature-input", "signature", "content-digest"] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(input.length),
        fc.string({ minLength: 1, maxLength: 3 }),
        async (name, at, text) => {
          const before = `${right.message.fields.get(name)}`;
          const after = before.slice(0, at) + text + before.slice(at + text.length);
          fc.pre(after !== before);
          const error = await verify(withFields(right, { [name]: after })).catch(
            (thrown: unknown) => thrown,
          );
          // spaces around a list's items, say, do not change what it means
          if (error !== "bot") expect(error).toBeInstanceOf(HttpSignatureError);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe("isSigned", () => {
  it.each(["signature", "signature-input"])("is true as soon as there is %s", (name) => {
    expect(isSigned(fieldLinesOf([name, ""]))).toBe(true);
    expect(isSigned(fieldLinesOf(["host", "x"]))).toBe(false);
  });
});
