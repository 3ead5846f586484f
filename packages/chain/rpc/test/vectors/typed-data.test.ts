import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { bytesToHex } from "@ghostchain/encoding";
import { testVectors } from "@ghostchain/tools/vectors";
import { describe, expect } from "vitest";
import { readTypedData, typedDataDigest } from "../../src/typed-data.ts";

describe("ethers testcases", () => {
  testVectors("EIP-712 typed data", "ethers/testcases/typed-data.json.gz", (file, tally) => {
    for (const vector of JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"))) {
      const { name, domain, primaryType, types, data, digest } = vector;
      tally.check(name, () => {
        const typedData = readTypedData({ domain, primaryType, types, message: data });
        expect(bytesToHex(typedDataDigest(typedData))).toBe(digest);
      });
    }
  });
});
