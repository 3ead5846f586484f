import { describe, expect, it } from "vitest";
import { checkLogin } from "./check-login.ts";
import type { LoginMessage } from "./login-message.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const MINUTE_MS = 60_000;
const RULES = {
  origins: ["https://ghost.example", "http://127.0.0.1:3000"],
  chainId: 31337,
  lifetimeMs: 5 * MINUTE_MS,
};
const MESSAGE: LoginMessage = {
  scheme: undefined,
  domain: "ghost.example",
  address: "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
  statement: undefined,
  uri: "https://ghost.example/login",
  chainId: 31337,
  nonce: "12345678",
  issuedAtMs: NOW_MS,
  expiresAtMs: undefined,
  notBeforeMs: undefined,
  requestId: undefined,
  resources: [],
};

describe("checkLogin", () => {
  it.each<[string, Partial<LoginMessage>]>([
    ["a message for us", {}],
    ["one that names its scheme", { scheme: "https" }],
    ["a domain in another case", { domain: "GHOST.example" }],
    ["another of our origins", { domain: "127.0.0.1:3000", uri: "http://127.0.0.1:3000" }],
    ["the oldest that is young enough", { issuedAtMs: NOW_MS - 5 * MINUTE_MS }],
    ["a wallet whose clock is 30 s ahead", { issuedAtMs: NOW_MS + 30_000 }],
    [
      "the last moment before it expires, the first in which it is valid",
      { expiresAtMs: NOW_MS + 1, notBeforeMs: NOW_MS },
    ],
  ])("takes %s", (_, changed) => {
    expect(() => checkLogin({ ...MESSAGE, ...changed }, RULES, NOW_MS)).not.toThrow();
  });

  it.each<[string, Partial<LoginMessage>, string]>([
    ["another site", { domain: "evil.example" }, "LOGIN_DOMAIN_MISMATCH"],
    ["a site that ends like ours", { domain: "a.ghost.example" }, "LOGIN_DOMAIN_MISMATCH"],
    ["our host at another port", { domain: "127.0.0.1:4000" }, "LOGIN_DOMAIN_MISMATCH"],
    ["our host without its port", { domain: "127.0.0.1" }, "LOGIN_DOMAIN_MISMATCH"],
    ["another scheme", { scheme: "http" }, "LOGIN_DOMAIN_MISMATCH"],
    ["a URI elsewhere", { uri: "https://evil.example/" }, "LOGIN_URI_MISMATCH"],
    ["a URI of another of our origins", { uri: "http://127.0.0.1:3000" }, "LOGIN_URI_MISMATCH"],
    ["a URI with a user", { uri: "https://ghost.example@evil.example" }, "LOGIN_URI_MISMATCH"],
    ["a URI with our user", { uri: "https://a:b@ghost.example" }, "LOGIN_URI_MISMATCH"],
    ["a URI that is none", { uri: "ghost" }, "LOGIN_URI_MISMATCH"],
    ["another chain", { chainId: 1 }, "LOGIN_CHAIN_MISMATCH"],
    ["the moment it expires", { expiresAtMs: NOW_MS }, "LOGIN_EXPIRED"],
    ["one older than five minutes", { issuedAtMs: NOW_MS - 5 * MINUTE_MS - 1 }, "LOGIN_EXPIRED"],
    ["one of the future", { issuedAtMs: NOW_MS + 30_001 }, "LOGIN_NOT_YET_VALID"],
    ["one valid from tomorrow", { notBeforeMs: NOW_MS + 86_400_000 }, "LOGIN_NOT_YET_VALID"],
  ])("refuses %s", (_, changed, code) => {
    expect(() => checkLogin({ ...MESSAGE, ...changed }, RULES, NOW_MS)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
