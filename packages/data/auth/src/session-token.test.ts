import { createHmac, generateKeyPairSync, randomBytes } from "node:crypto";
import { FakeClock } from "@ghostchain/service";
import { exportJWK, importJWK, importPKCS8, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { signToken, verifyToken } from "./session-token.ts";
import type { TokenKey } from "./token-keys.ts";

const ALICE = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";
const NOW_MS = Date.UTC(2026, 10, 20);
const RULES = { issuer: "ghostchain", audience: "ghostchain:31337", lifetimeMs: 86_400_000 };

describe("verifyToken", () => {
  it("accepts what signToken made, by either algorithm, until it expires", async () => {
    for (const key of [secretKey("a"), await ed25519Key("b")]) {
      const clock = new FakeClock(NOW_MS);
      const { token, session } = await signToken(
        [key],
        RULES,
        ALICE.toLowerCase() as `0x${string}`,
        NOW_MS,
      );
      expect(session).toEqual({ address: ALICE, expiresAtMs: NOW_MS + RULES.lifetimeMs });
      await clock.advance(RULES.lifetimeMs - 1000);
      expect(await verifyToken([key], RULES, token, clock)).toEqual(session);
      await clock.advance(1000);
      await expect(verifyToken([key], RULES, token, clock)).rejects.toMatchObject({
        code: "AUTH_TOKEN_EXPIRED",
      });
    }
  });

  it("keeps the tokens of the key before while a new one signs", async () => {
    const [old, fresh] = [secretKey("old"), secretKey("new")];
    const before = await signToken([old], RULES, ALICE, NOW_MS);
    const after = await signToken([fresh, old], RULES, ALICE, NOW_MS);
    const clock = new FakeClock(NOW_MS);
    await expect(verifyToken([fresh, old], RULES, before.token, clock)).resolves.toBeTruthy();
    await expect(verifyToken([fresh], RULES, after.token, clock)).resolves.toBeTruthy();
    await expect(verifyToken([fresh], RULES, before.token, clock)).rejects.toMatchObject({
      code: "AUTH_TOKEN_INVALID",
    });
  });

  it("refuses a token without a signature (alg: none)", async () => {
    const key = secretKey("a");
    const header = encode({ alg: "none", kid: "a", typ: "JWT" });
    await expectInvalid(key, `${header}.${encode(claims())}.`);
  });

  it("refuses a public key used as a shared secret (algorithm confusion)", async () => {
    const key = await ed25519Key("b");
    const { x = "" } = await exportJWK(key.verifyKey);
    const input = `${encode({ alg: "HS256", kid: "b", typ: "JWT" })}.${encode(claims())}`;
    const mac = createHmac("sha256", Buffer.from(x, "base64url")).update(input).digest("base64url");
    await expectInvalid(key, `${input}.${mac}`);
  });

  it.each([
    ["another issuer", { iss: "someone" }],
    ["another chain's audience", { aud: "ghostchain:1" }],
    ["a subject that is no address", { sub: "alice" }],
    ["no subject", { sub: undefined }],
    ["no expiry", { exp: undefined }],
    ["a time of issue in the future", { iat: NOW_MS / 1000 + 3600 }],
    ["a not-before in the future", { nbf: NOW_MS / 1000 + 60 }],
  ])("refuses %s", async (_, changed) => {
    const key = secretKey("a");
    await expectInvalid(key, await sign(key, { ...claims(), ...changed }));
  });

  it("accepts a not-before that is now", async () => {
    const key = secretKey("a");
    const token = await sign(key, { ...claims(), nbf: NOW_MS / 1000 });
    await expect(verifyToken([key], RULES, token, new FakeClock(NOW_MS))).resolves.toBeTruthy();
  });

  it.each(["", "a", "a.b.c", "a.b.c.d.e", "{}", `${"a".repeat(4000)}.b.c`])(
    "refuses text that is no token: %.12s",
    async (text) => {
      await expectInvalid(secretKey("a"), text);
    },
  );

  it("refuses a token with one bit of its claims changed", async () => {
    const key = secretKey("a");
    const [header, , mac] = (await sign(key, claims())).split(".");
    const forged = encode({ ...claims(), sub: "0x0000000000000000000000000000000000000001" });
    await expectInvalid(key, `${header}.${forged}.${mac}`);
  });
});

describe("verifyToken, given a header that was made to mislead", () => {
  it("refuses a token that brings its own key, or says where to fetch one", async () => {
    const own = await ed25519Key("a");
    const jwk = await exportJWK(own.verifyKey);
    const known = secretKey("a");
    if (!own.signKey) throw new Error("the key cannot sign");
    for (const brought of [
      { jwk },
      { jku: "https://evil.example" },
      { x5u: "https://evil.example" },
    ]) {
      const header = { alg: "EdDSA", kid: "a", typ: "JWT", ...brought };
      const token = await new SignJWT(claims()).setProtectedHeader(header).sign(own.signKey);
      await expectInvalid(known, token);
    }
  });

  it.each(["../../etc/passwd", "a' OR '1'='1", "", "a\0", "__proto__", "b"])(
    "knows a key by its whole name and never by what is like it (kid %j)",
    async (kid) => {
      const known = secretKey("a");
      await expectInvalid(known, await sign({ ...known, id: kid }, claims()));
    },
  );

  it("refuses an extension that it must understand and does not (crit)", async () => {
    const key = secretKey("a");
    if (!(key.signKey instanceof Uint8Array)) throw new Error("the key is no secret");
    const header = { alg: "HS256", kid: "a", typ: "JWT", crit: ["exp"], exp: 1 };
    const input = `${encode(header)}.${encode(claims())}`;
    const mac = createHmac("sha256", key.signKey).update(input).digest("base64url");
    await expectInvalid(key, `${input}.${mac}`);
  });

  it("refuses a token of another type, such as one for an API that shares the key", async () => {
    const key = secretKey("a");
    if (!key.signKey) throw new Error("the key cannot sign");
    const header = { alg: "HS256", kid: "a", typ: "at+jwt" };
    await expectInvalid(
      key,
      await new SignJWT(claims()).setProtectedHeader(header).sign(key.signKey),
    );
  });
});

describe("signToken", () => {
  it("says so when this process only verifies", async () => {
    const { signKey: _, ...publicOnly } = await ed25519Key("b");
    await expect(
      signToken([{ ...publicOnly, signKey: undefined }], RULES, ALICE, NOW_MS),
    ).rejects.toMatchObject({ code: "AUTH_NO_SIGNING_KEY" });
  });
});

async function expectInvalid(key: TokenKey, token: string): Promise<void> {
  await expect(verifyToken([key], RULES, token, new FakeClock(NOW_MS))).rejects.toMatchObject({
    code: "AUTH_TOKEN_INVALID",
  });
}

function claims(): Record<string, unknown> {
  return {
    iss: RULES.issuer,
    aud: RULES.audience,
    sub: ALICE,
    iat: NOW_MS / 1000,
    exp: NOW_MS / 1000 + 60,
  };
}

function sign(key: TokenKey, payload: Record<string, unknown>): Promise<string> {
  const header = { alg: key.algorithm, kid: key.id, typ: "JWT" };
  if (!key.signKey) throw new Error("the key cannot sign");
  return new SignJWT(payload).setProtectedHeader(header).sign(key.signKey);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function secretKey(id: string): TokenKey {
  const secret = randomBytes(32);
  return { id, algorithm: "HS256", verifyKey: secret, signKey: secret };
}

async function ed25519Key(id: string): Promise<TokenKey> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    id,
    algorithm: "EdDSA",
    verifyKey: await importJWK(publicKey.export({ format: "jwk" }), "EdDSA", {
      extractable: true,
    }),
    signKey: await importPKCS8(
      privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      "EdDSA",
    ),
  };
}
