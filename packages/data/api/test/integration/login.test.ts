import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ApiStand, ask, login, signLogin } from "../api-stand.ts";

let stand: ApiStand;
beforeAll(async () => {
  stand = await ApiStand.open();
});
afterEach(() => stand.clear());
afterAll(() => stand.close());

const unlimited = {
  limits: { anonymousPerMinute: 1e6, userPerMinute: 1e6, loginsPerMinute: 1e6 },
};

describe("logging in", () => {
  it("gives a token for a signed message, good for a day, by bearer or cookie", async () => {
    const { url } = await stand.api();
    const { address, message, signature } = await signLogin(url);
    const verified = await ask(`${url}/auth/verify`, { json: { message, signature } });
    expect(verified).toMatchObject({ status: 200, body: { address, token: expect.any(String) } });
    expect(verified.body.expiresAt - Date.now()).toBeGreaterThan(86_300_000);
    expect(verified.headers.get("cache-control")).toBe("no-store");
    const setCookie = verified.headers.get("set-cookie") ?? "";
    expect(setCookie).toMatch(
      /^ghost_session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    const cookie = setCookie.split(";", 1)[0] ?? "";
    for (const headers of [
      { authorization: `Bearer ${verified.body.token}` },
      { authorization: `bearer ${verified.body.token}` },
      { cookie },
    ]) {
      const session = await ask(`${url}/auth/session`, { headers });
      expect(session).toMatchObject({ status: 200, body: { address } });
    }
  });

  it("marks the cookie Secure where it is told to, and takes it away at logout", async () => {
    const { url } = await stand.api({ secureCookie: true });
    const { message, signature } = await signLogin(url);
    const verified = await ask(`${url}/auth/verify`, { json: { message, signature } });
    expect(verified.headers.get("set-cookie")).toContain("; Secure");
    const out = await ask(`${url}/auth/logout`, { method: "POST" });
    expect(out).toMatchObject({ status: 200, body: { success: true } });
    const cleared = out.headers.get("set-cookie") ?? "";
    expect(cleared).toMatch(/^ghost_session=; Max-Age=0; Path=\/;/);
    for (const attribute of ["HttpOnly", "Secure", "SameSite=Strict"]) {
      expect(cleared).toContain(`; ${attribute}`);
    }
  });

  it("tells who wants to know of each login, before it is answered", async () => {
    const known: string[] = [];
    const { url } = await stand.api({}, { onLogin: async (address) => void known.push(address) });
    const { address } = await login(url);
    const { message } = await signLogin(url);
    await ask(`${url}/auth/verify`, { json: { message, signature: "0x00" } });
    expect(known).toEqual([address]);
  });

  it("takes a nonce once, also when it is shown twice at the same moment", async () => {
    const { url } = await stand.api();
    const { message, signature } = await signLogin(url);
    const json = { message, signature };
    const both = await Promise.all([1, 2].map(() => ask(`${url}/auth/verify`, { json })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    const third = await ask(`${url}/auth/verify`, { json });
    expect(third).toMatchObject({ status: 401, body: { error: { code: "LOGIN_NONCE_INVALID" } } });
  });

  it.each([
    ["a nonce we did not give", { nonce: "a".repeat(32) }, "LOGIN_NONCE_INVALID"],
    ["a nonce that is no nonce of ours", { nonce: "12345678" }, "LOGIN_NONCE_INVALID"],
    ["another domain", { domain: "evil.example" }, "LOGIN_DOMAIN_MISMATCH"],
    ["another URI", { uri: "https://evil.example" }, "LOGIN_URI_MISMATCH"],
    ["another chain", { chainId: 1 }, "LOGIN_CHAIN_MISMATCH"],
    ["a message that has expired", { expirationTime: new Date(Date.now() - 1) }, "LOGIN_EXPIRED"],
    ["a message an hour old", { issuedAt: new Date(Date.now() - 3_600_000) }, "LOGIN_EXPIRED"],
    [
      "a message of tomorrow",
      { issuedAt: new Date(Date.now() + 86_400_000) },
      "LOGIN_NOT_YET_VALID",
    ],
    [
      "one valid from tomorrow",
      { notBefore: new Date(Date.now() + 86_400_000) },
      "LOGIN_NOT_YET_VALID",
    ],
  ])("refuses %s", async (_, changed, code) => {
    const { url } = await stand.api();
    const { message, signature } = await signLogin(url, changed);
    const refused = await ask(`${url}/auth/verify`, { json: { message, signature } });
    expect(refused).toMatchObject({ status: 401, body: { error: { code } } });
    expect(refused.headers.get("set-cookie")).toBeNull();
  });
});

describe("a login that is forged or malformed", () => {
  it("is refused when another account signed, or another message", async () => {
    const { url } = await stand.api();
    const [mine, other] = [await signLogin(url), await signLogin(url)];
    const { signature } = other;
    const foreign = await ask(`${url}/auth/verify`, { json: { message: mine.message, signature } });
    expect(foreign).toMatchObject({
      status: 401,
      body: { error: { code: "LOGIN_SIGNATURE_INVALID" } },
    });
    // The nonce is spent: each signature check costs its sender one.
    const again = await ask(`${url}/auth/verify`, {
      json: { message: mine.message, signature: mine.signature },
    });
    expect(again.body.error.code).toBe("LOGIN_NONCE_INVALID");
  });

  it.each([
    ["no login message", { message: "hello", signature: "0x00" }, "LOGIN_MESSAGE_MALFORMED"],
    ["an empty one", { message: "", signature: "0x00" }, "VALIDATION_FAILED"],
    ["a long one", { message: "x".repeat(4097), signature: "0x00" }, "VALIDATION_FAILED"],
    ["a signature without 0x", { message: "hello", signature: "00" }, "VALIDATION_FAILED"],
    ["half a byte", { message: "hello", signature: "0x0" }, "VALIDATION_FAILED"],
    ["other types", { message: ["hello"], signature: {} }, "VALIDATION_FAILED"],
    ["no fields", {}, "VALIDATION_FAILED"],
    ["null", null, "VALIDATION_FAILED"],
  ])("is refused with 400: %s", async (_, json, code) => {
    const { url } = await stand.api();
    expect(await ask(`${url}/auth/verify`, { json })).toMatchObject({
      status: 400,
      body: { error: { code } },
    });
  });

  it("is slowed down before any signature is checked", async () => {
    const { url } = await stand.api({
      limits: { anonymousPerMinute: 1e6, userPerMinute: 1e6, loginsPerMinute: 3 },
    });
    const json = { message: "hello", signature: "0x00" };
    for (let count = 0; count < 3; count += 1) await ask(`${url}/auth/verify`, { json });
    const { message, signature } = await signLogin(url);
    const refused = await ask(`${url}/auth/verify`, { json: { message, signature } });
    expect(refused).toMatchObject({ status: 429, body: { error: { code: "RATE_LIMITED" } } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("opens no more than it did: a token that is not one makes nobody of its bearer", async () => {
    const { url } = await stand.api(unlimited);
    const { token } = await login(url);
    const [header, payload, mac = ""] = token.split(".");
    for (const authorization of [
      "",
      "Bearer",
      "Bearer x",
      `Basic ${token}`,
      `Bearer ${header}.${payload}.`,
      `Bearer ${header}.${payload}.${mac.slice(1)}`,
    ]) {
      const refused = await ask(`${url}/auth/session`, { headers: { authorization } });
      expect(refused).toMatchObject({ status: 401, body: { error: { code: "AUTH_REQUIRED" } } });
    }
    for (const name of ["token", "access_token", "jwt"]) {
      const refused = await ask(`${url}/auth/session?${name}=${token}`);
      expect(refused).toMatchObject({ status: 400, body: { error: { code: "TOKEN_IN_URL" } } });
    }
  });
});

describe("a login by cookie", () => {
  it("writes for our own pages only (CSRF)", async () => {
    const { url, port } = await stand.api({ origins: ["https://ghost.example"] });
    const { cookie, token } = await login(url);
    const write = (headers: Record<string, string>) =>
      ask(`${url}/auth/ws-ticket`, { method: "POST", headers });
    for (const origin of ["https://ghost.example", `http://localhost:${port}`, url]) {
      expect(await write({ cookie, origin })).toMatchObject({ status: 200 });
    }
    for (const origin of ["https://evil.example", "null", "http://localhost:1"]) {
      expect(await write({ cookie, origin })).toMatchObject({
        status: 403,
        body: { error: { code: "CSRF_REFUSED" } },
      });
    }
    expect(await write({ cookie })).toMatchObject({ status: 403 });
    const authorization = `Bearer ${token}`;
    expect(await write({ authorization, origin: "https://evil.example" })).toMatchObject({
      status: 200,
    });
  });
});

describe("POST /auth/ws-ticket", () => {
  it("gives a ticket that any process can redeem, once, for the same session", async () => {
    const { url } = await stand.api();
    const { address, token } = await login(url);
    const headers = { authorization: `Bearer ${token}` };
    // many clients name the type of a body that they do not send
    const typed = { ...headers, "content-type": "application/json" };
    const { body } = await ask(`${url}/auth/ws-ticket`, { method: "POST", headers: typed });
    expect(body.expiresAt - Date.now()).toBeLessThanOrEqual(30_000);
    expect(await stand.auth.redeemTicket(body.ticket)).toMatchObject({ address });
    await expect(stand.auth.redeemTicket(body.ticket)).rejects.toThrow();
    const anonymous = await ask(`${url}/auth/ws-ticket`, { method: "POST" });
    expect(anonymous).toMatchObject({ status: 401, body: { error: { code: "AUTH_REQUIRED" } } });
  });
});
