import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import type { InnerList } from "structured-headers";
import { describe, expect, it } from "vitest";
import { signBytes, verifyBytes } from "./algorithm.ts";
import { componentValue } from "./component.ts";
import { checkContentDigest } from "./content-digest.ts";
import { fieldLinesOf, fieldValue, type Message } from "./message.ts";
import { signatureBase } from "./signature-base.ts";
import { isInnerList, readDictionary } from "./structured-field.ts";

// RFC 9421 appendix B: messages, keys (published for tests, B.1) and signatures (B.2).

const REQUEST: Message = {
  method: "POST",
  scheme: "https",
  authority: "example.com",
  target: "/foo?param=Value&Pet=dog",
  fields: fieldLinesOf([
    ...["Host", "example.com", "Date", "Tue, 20 Apr 2021 02:07:55 GMT"],
    ...["Content-Type", "application/json", "Content-Length", "18", "Content-Digest"],
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
  ]),
};
const RESPONSE: Message = {
  status: 200,
  fields: fieldLinesOf([
    ...["Date", "Tue, 20 Apr 2021 02:07:56 GMT", "Content-Type", "application/json"],
    ...["Content-Length", "23", "Content-Digest"],
    "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:",
  ]),
};
const RSA_PSS = createPublicKey(`-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`);
const ECC_P256 = createPublicKey(`-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----`);
const ED25519 = createPrivateKey(`-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----`);
const SECRET = createSecretKey(
  "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==",
  "base64",
);

interface Vector {
  readonly name: string;
  readonly message: Message;
  readonly input: string;
  readonly key: KeyObject;
  readonly signature: string;
}

const VECTORS: readonly Vector[] = [
  {
    name: "B.2.1 minimal, rsa-pss-sha512",
    message: REQUEST,
    input: '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    key: RSA_PSS,
    signature:
      "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
  },
  {
    name: "B.2.2 selective, rsa-pss-sha512",
    message: REQUEST,
    input:
      '("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"',
    key: RSA_PSS,
    signature:
      "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==",
  },
  {
    name: "B.2.3 full, rsa-pss-sha512",
    message: REQUEST,
    input:
      '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"',
    key: RSA_PSS,
    signature:
      "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
  },
  {
    name: "B.2.4 a response, ecdsa-p256-sha256",
    message: RESPONSE,
    input:
      '("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    key: ECC_P256,
    signature:
      "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
  },
  {
    name: "B.2.5 hmac-sha256",
    message: REQUEST,
    input: '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    key: SECRET,
    signature: "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
  },
  {
    name: "B.2.6 ed25519",
    message: REQUEST,
    input:
      '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    key: ED25519,
    signature:
      "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
  },
];

function inputOf(text: string): InnerList {
  const member = readDictionary("signature-input", `sig=${text}`).get("sig");
  if (member === undefined || !isInnerList(member)) throw new Error("not a list");
  return member;
}

function verifyKeyOf(key: KeyObject): KeyObject {
  return key.type === "private" ? createPublicKey(key) : key;
}

describe("the signatures of RFC 9421, appendix B.2", () => {
  it.each(VECTORS)("$name", ({ message, input, key, signature }) => {
    const base = Buffer.from(signatureBase(message, inputOf(input)));
    const bytes = Buffer.from(signature, "base64");
    expect(verifyBytes(verifyKeyOf(key), base, bytes)).toBe(true);
    base[0] = (base[0] ?? 0) ^ 1;
    expect(verifyBytes(verifyKeyOf(key), base, bytes)).toBe(false);
  });

  it.each(VECTORS.slice(-2))(
    "$name is made anew to the bit",
    ({ message, input, key, signature }) => {
      const base = Buffer.from(signatureBase(message, inputOf(input)));
      expect(signBytes(key, base).toString("base64")).toBe(signature);
    },
  );

  it("takes the Content-Digest of its messages", () => {
    const digest = (message: Message) => fieldValue(message.fields, "content-digest") ?? "";
    checkContentDigest(digest(REQUEST), Buffer.from('{"hello": "world"}'));
    checkContentDigest(digest(RESPONSE), Buffer.from('{"message": "good dog"}'));
  });
});

describe("components, RFC 9421 section 2", () => {
  const request = (target: string, rawHeaders: string[] = []): Message => ({
    ...{ method: "GET", scheme: "https", authority: "WWW.Example.com:443", target },
    fields: fieldLinesOf(rawHeaders),
  });
  const value = (message: Message, component: string) =>
    componentValue(message, inputOf(`(${component})`)[0][0] ?? ["", new Map()]);

  it.each([
    ['"@target-uri"', "https://www.example.com/path?a=b"],
    ['"@authority"', "www.example.com"],
    ['"@scheme"', "https"],
    ['"@request-target"', "/path?a=b"],
    ['"@path"', "/path"],
    ['"@query"', "?a=b"],
  ])("%s is %s", (component, expected) => {
    expect(value(request("/path?a=b"), component)).toBe(expected);
  });

  it("is ? for a query that is not there", () => {
    expect(value(request("/path"), '"@query"')).toBe("?");
  });

  it.each([
    ["var", "this%20is%20a%20big%0Amultiline%20value"],
    ["bar", "with%20plus%20whitespace"],
    ["fa%C3%A7ade%22%3A%20", "something"],
  ])("encodes the query parameter %s again", (name, expected) => {
    const target =
      "/parameters?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something";
    expect(value(request(target), `"@query-param";name="${name}"`)).toBe(expected);
  });

  it("takes fields as section 2.1 shows them", () => {
    const message = request("/", [
      ...["Cache-Control", "max-age=60", "X-OWS-Header", "   Leading and trailing whitespace.  "],
      ...["Cache-Control", "   must-revalidate", "X-Empty-Header", ""],
      ...["Example-Dict", " a=1,    b=2;x=1;y=2,   c=(a   b   c), d"],
    ]);
    expect(value(message, '"cache-control"')).toBe("max-age=60, must-revalidate");
    expect(value(message, '"x-ows-header"')).toBe("Leading and trailing whitespace.");
    expect(value(message, '"x-empty-header"')).toBe("");
    expect(value(message, '"example-dict";key="a"')).toBe("1");
    expect(value(message, '"example-dict";key="d"')).toBe("?1");
    expect(value(message, '"example-dict";key="b"')).toBe("2;x=1;y=2");
    expect(value(message, '"example-dict";key="c"')).toBe("(a b c)");
    expect(value(message, '"cache-control";bs')).toBe(":bWF4LWFnZT02MA==:, :bXVzdC1yZXZhbGlkYXRl:");
  });

  it.each([
    '"@query-param";name="twice"',
    '"@query-param"',
    '"@status"',
    '"@method";req',
    '"@unknown"',
    '"absent"',
    '"Date"',
    "date",
    '"date";sf',
    '"date";key="x"',
  ])("refuses %s", (component) => {
    const message = request("/?twice=1&twice=2", ["Date", "Tue, 20 Apr 2021 02:07:55 GMT"]);
    expect(() => value(message, component)).toThrow(/SIGNATURE|signature|cannot be read/);
  });
});
