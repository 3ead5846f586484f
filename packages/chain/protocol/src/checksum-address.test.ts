import { describe, expect, it } from "vitest";
import { checksumAddress, parseChecksumAddress } from "./checksum-address.ts";

/** The examples of EIP-55. */
const EXAMPLES = [
  "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
  "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
  "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
  "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
  "0x52908400098527886E0F7030069857D2E4169EE7",
  "0xde709f2102306220921060314715629080e2fb77",
];

describe("checksumAddress", () => {
  it.each(EXAMPLES)("gives %s its capitals", (text) => {
    expect(checksumAddress(text.toLowerCase() as never)).toBe(text);
    expect(parseChecksumAddress(text)).toBe(text.toLowerCase());
  });
});

describe("parseChecksumAddress", () => {
  it("takes an address written without a checksum", () => {
    const [example = ""] = EXAMPLES;
    expect(parseChecksumAddress(`0x${example.slice(2).toUpperCase()}`)).toBe(example.toLowerCase());
  });

  it("refuses a wrong capital and says what it should be", () => {
    expect(() => parseChecksumAddress("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed")).toThrowError(
      expect.objectContaining({
        fault: {
          code: "ADDRESS_CHECKSUM_WRONG",
          text: "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
          expected: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        },
      }),
    );
  });
});
