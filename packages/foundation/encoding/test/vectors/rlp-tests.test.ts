import { readFileSync } from "node:fs";
import { listVectorFiles, testVectors } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import { bigIntToBytes } from "../../src/bytes.ts";
import { EncodingError } from "../../src/encoding-error.ts";
import { bytesToHex, hexToBytes } from "../../src/hex.ts";
import { decodeRlp, encodeRlp, type RlpItem } from "../../src/rlp.ts";

type Input = string | number | Input[];

/** Origin: ethereum/tests, RLPTests. */
testVectors("RLPTests", "ethereum/RLPTests", (directory, tally) => {
  for (const file of listVectorFiles(directory)) {
    const cases: Record<string, { in: Input; out: string }> = JSON.parse(
      readFileSync(file, "utf8"),
    );
    for (const [name, { in: input, out }] of Object.entries(cases)) {
      tally.check(name, () => checkCase(input, hexToBytes(`0x${out.replace(/^0x/, "")}`)));
    }
  }
});

function checkCase(input: Input, encoded: Uint8Array): void {
  if (input === "INVALID") {
    expect(() => decodeRlp(encoded)).toThrowError(EncodingError);
  } else if (input === "VALID") {
    expect(bytesToHex(encodeRlp(decodeRlp(encoded)))).toBe(bytesToHex(encoded));
  } else {
    const item = itemOf(input);
    expect(bytesToHex(encodeRlp(item))).toBe(bytesToHex(encoded));
    expect(decodeRlp(encoded)).toEqual(item);
  }
}

/** Text is its bytes, a number or `#digits` the shortest big-endian form. */
function itemOf(input: Input): RlpItem {
  if (Array.isArray(input)) return input.map(itemOf);
  if (typeof input === "number") return bigIntToBytes(BigInt(input));
  if (input.startsWith("#")) return bigIntToBytes(BigInt(input.slice(1)));
  return new TextEncoder().encode(input);
}
