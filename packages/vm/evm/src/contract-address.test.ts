import { hexToBytes } from "@ghostchain/encoding";
import { describe, expect, it } from "vitest";
import { parseAddress } from "./address.ts";
import { contractAddress, saltedContractAddress } from "./contract-address.ts";

describe("contractAddress", () => {
  it("goes by creator and nonce", () => {
    const creator = parseAddress("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
    expect([0n, 1n, 2n, 3n].map((nonce) => contractAddress(creator, nonce))).toEqual([
      "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d",
      "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8",
      "0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91",
      "0xfffd933a0bc612844eaf0c6fe3e5b8e9b6c1d19c",
    ]);
  });
});

describe("saltedContractAddress", () => {
  it("gives the examples of EIP-1014", () => {
    const examples = [
      [
        "0x0000000000000000000000000000000000000000",
        0n,
        "0x00",
        "0x4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38",
      ],
      [
        "0xdeadbeef00000000000000000000000000000000",
        0n,
        "0x00",
        "0xb928f69bb1d91cd65274e3c79d8986362984fda3",
      ],
      [
        "0x0000000000000000000000000000000000000000",
        0n,
        "0xdeadbeef",
        "0x70f2b2914a2a4b783faefb75f459a580616fcb5e",
      ],
      [
        "0x00000000000000000000000000000000deadbeef",
        0xcafebaben,
        "0xdeadbeef",
        "0x60f3f640a8508fc6a86d45df051962668e1e8ac7",
      ],
      [
        "0x0000000000000000000000000000000000000000",
        0n,
        "0x",
        "0xe33c0c7f7df4809055c3eba6c09cfe4baf1bd9e0",
      ],
    ] as const;
    for (const [creator, salt, initCode, expected] of examples) {
      const address = saltedContractAddress(parseAddress(creator), salt, hexToBytes(initCode));
      expect(address).toBe(expected);
    }
  });
});
