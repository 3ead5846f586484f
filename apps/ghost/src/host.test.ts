import { describe, expect, it } from "vitest";
import { hostInUrl, parseHost } from "./host.ts";

describe("parseHost", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["localhost", "localhost"],
    ["Box-7.example", "box-7.example"],
    ["::1", "::1"],
    ["[::1]", "::1"],
    ["::", "::"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["FE80::1", "fe80::1"],
  ])("takes %s for %s", (text, host) => expect(parseHost(text)).toBe(host));

  it.each([
    "",
    " ",
    "a b",
    "a/b",
    "a_b",
    "http://localhost",
    "localhost:80",
    "localhost:3000",
    "user@host",
    "host?x",
    "host#x",
    "*",
    "-a",
    "a..b",
    "256.1.1.1",
    "[::1]:80",
    "[::g]",
    "[localhost]",
    "fe80::1%eth0",
    "a".repeat(64),
  ])("refuses %j", (text) => expect(parseHost(text)).toBeUndefined());
});

describe("hostInUrl", () => {
  it("puts brackets around IPv6 alone", () => {
    expect(["::1", "127.0.0.1", "localhost"].map(hostInUrl)).toEqual([
      "[::1]",
      "127.0.0.1",
      "localhost",
    ]);
  });
});
