import fc from "fast-check";
import { getAddress } from "viem";
import { createSiweMessage } from "viem/siwe";
import { describe, expect, it } from "vitest";
import { parseLoginMessage } from "./login-message.ts";

/** The first example of EIP-4361. */
const EXAMPLE = `example.com wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json`;

describe("parseLoginMessage", () => {
  it("reads the example of the EIP", () => {
    expect(parseLoginMessage(EXAMPLE)).toEqual({
      scheme: undefined,
      domain: "example.com",
      address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
      statement: "I accept the ExampleOrg Terms of Service: https://example.com/tos",
      uri: "https://example.com/login",
      chainId: 1,
      nonce: "32891756",
      issuedAtMs: Date.UTC(2021, 8, 30, 16, 25, 24),
      expiresAtMs: undefined,
      notBeforeMs: undefined,
      requestId: undefined,
      resources: [
        "ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/",
        "https://example.com/my-web2-claim.json",
      ],
    });
  });

  it("reads whatever viem writes", () => {
    const time = fc.date({
      min: new Date("2020-01-01"),
      max: new Date("2100-01-01"),
      noInvalidDate: true,
    });
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
    const fields = fc.record({
      address: fc.stringMatching(/^0x[0-9a-f]{40}$/).map((text) => text as `0x${string}`),
      chainId: fc.integer({ min: 1, max: 2 ** 40 }),
      domain: fc.constantFrom("example.com", "example.com:3388", "127.0.0.1:3000", "localhost:1"),
      nonce: fc.stringMatching(/^[a-zA-Z0-9]{8,40}$/),
      uri: fc.constantFrom("https://example.com/a?b=c#d", "http://127.0.0.1:3000"),
      issuedAt: time,
      scheme: optional(fc.constantFrom("https", "http")),
      statement: optional(fc.stringMatching(/^[a-zA-Z ,.!:]{1,60}$/)),
      expirationTime: optional(time),
      notBefore: optional(time),
      requestId: optional(fc.stringMatching(/^[a-z0-9-]{1,20}$/)),
      resources: optional(fc.array(fc.webUrl(), { minLength: 1, maxLength: 3 })),
    });
    fc.assert(
      fc.property(fields, (drawn) => {
        const given = Object.fromEntries(
          Object.entries(drawn).filter(([, value]) => value !== undefined),
        ) as unknown as Parameters<typeof createSiweMessage>[0];
        expect(parseLoginMessage(createSiweMessage({ ...given, version: "1" }))).toEqual({
          scheme: drawn.scheme,
          domain: drawn.domain,
          address: getAddress(drawn.address),
          statement: drawn.statement,
          uri: drawn.uri,
          chainId: drawn.chainId,
          nonce: drawn.nonce,
          issuedAtMs: drawn.issuedAt.getTime(),
          expiresAtMs: drawn.expirationTime?.getTime(),
          notBeforeMs: drawn.notBefore?.getTime(),
          requestId: drawn.requestId,
          resources: drawn.resources ?? [],
        });
      }),
    );
  });

  it("takes an address in lower case and gives it its checksum", () => {
    const message = EXAMPLE.replace(/0xC02.*/, "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");
    expect(parseLoginMessage(message)).toMatchObject({
      address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
    });
  });
});

describe("parseLoginMessage on what is no message", () => {
  it.each([
    ["nothing", () => ""],
    ["another opening", (text: string) => text.replace("wants you", "asks you")],
    ["a domain with a path", (text: string) => text.replace("example.com wants", "a.com/x wants")],
    ["a domain with a user", (text: string) => text.replace("example.com wants", "a@b.com wants")],
    ["a wrong checksum", (text: string) => text.replace("0xC02aaA", "0xC02AAA")],
    ["a short address", (text: string) => text.replace("756Cc2", "756Cc")],
    ["carriage returns", (text: string) => text.replaceAll("\n", "\r\n")],
    ["another version", (text: string) => text.replace("Version: 1", "Version: 2")],
    ["a chain id of zero", (text: string) => text.replace("Chain ID: 1", "Chain ID: 0")],
    ["a chain id with a sign", (text: string) => text.replace("Chain ID: 1", "Chain ID: +1")],
    ["a chain id in hexadecimal", (text: string) => text.replace("Chain ID: 1", "Chain ID: 0x1")],
    ["a short nonce", (text: string) => text.replace("32891756", "3289175")],
    ["a nonce with a dash", (text: string) => text.replace("32891756", "3289-1756")],
    ["no nonce", (text: string) => text.replace("Nonce: 32891756\n", "")],
    ["two nonces", (text: string) => text.replace("Nonce:", "Nonce: 11111111\nNonce:")],
    ["fields out of order", (text: string) => swapLines(text, 7, 8)],
    ["a date alone", (text: string) => text.replace("2021-09-30T16:25:24Z", "2021-09-30")],
    ["a time without a zone", (text: string) => text.replace("24Z", "24")],
    ["a day that is not", (text: string) => text.replace("09-30T", "13-30T")],
    ["a resource that is no URI", (text: string) => text.replace("- ipfs://", "- nothing ")],
    ["an empty line at the end", (text: string) => `${text}\n`],
    ["text after the end", (text: string) => `${text}\nNonce: 11111111`],
    ["a statement of two lines", (text: string) => text.replace("Terms", "\nTerms")],
    ["a statement beyond ASCII", (text: string) => text.replace("accept", "accеpt")],
  ])("refuses %s", (_, change) => {
    expect(parseLoginMessage(change(EXAMPLE))).toHaveProperty("wrong");
  });

  it("does not take a nonce out of another field", () => {
    const hidden = EXAMPLE.replace("I accept", "Nonce: 99999999 I accept").replace(
      "my-web2-claim.json",
      "Nonce:77777777",
    );
    expect(parseLoginMessage(hidden)).toMatchObject({ nonce: "32891756" });
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat({ max: EXAMPLE.length }), (noise, at) => {
        parseLoginMessage(EXAMPLE.slice(0, at) + noise + EXAMPLE.slice(at));
      }),
    );
  });
});

function swapLines(text: string, a: number, b: number): string {
  const lines = text.split("\n");
  [lines[a], lines[b]] = [lines[b] ?? "", lines[a] ?? ""];
  return lines.join("\n");
}
