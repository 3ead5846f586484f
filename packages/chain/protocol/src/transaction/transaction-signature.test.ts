import { generatePrivateKey, SECP256K1_ORDER } from "@ghostchain/crypto";
import { hexToBytes } from "@ghostchain/encoding";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyUnsigned } from "./transaction-fixture.ts";
import { openTransaction, recoverSender, signTransaction } from "./transaction-signature.ts";

describe("signTransaction and openTransaction", () => {
  it("give the signer back, for every type", () => {
    const privateKey = generatePrivateKey();
    fc.assert(
      fc.property(anyUnsigned, (unsigned) => {
        const signed = signTransaction(unsigned, privateKey);
        expect(openTransaction(signed.encoded, "osaka")).toEqual(signed);
      }),
    );
  });

  it("agree with the example of EIP-155", () => {
    const { encoded, sender } = signTransaction(
      {
        type: 0,
        chainId: 1n,
        nonce: 9n,
        gasPriceWei: 20n * 10n ** 9n,
        gasLimit: 21_000n,
        to: "0x3535353535353535353535353535353535353535" as never,
        valueWei: 10n ** 18n,
        data: new Uint8Array(),
      },
      hexToBytes(`0x${"46".repeat(32)}`),
    );
    expect(encoded).toEqual(
      hexToBytes(
        "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
      ),
    );
    expect(sender).toBe("0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
  });
});

describe("recoverSender", () => {
  const [sample] = fc.sample(anyUnsigned, 1);

  it("takes the mirrored signature in Frontier only", () => {
    if (sample === undefined) throw new Error("no sample");
    const { transaction, sender } = signTransaction(sample, generatePrivateKey());
    const { r, s, yParity } = transaction.signature;
    const mirrored = { r, s: SECP256K1_ORDER - s, yParity: yParity === 0 ? 1 : 0 } as const;
    const other = { ...transaction, signature: mirrored };
    expect(recoverSender(other, "frontier")).toBe(sender);
    expect(() => recoverSender(other, "homestead")).toThrowError(/upper half/);
  });

  it("refuses a signature that belongs to no key", () => {
    if (sample === undefined) throw new Error("no sample");
    const transaction = { ...sample, signature: { r: 0n, s: 1n, yParity: 0 as const } };
    expect(() => recoverSender(transaction, "osaka")).toThrowError(
      expect.objectContaining({ code: "TRANSACTION_SIGNATURE_INVALID" }),
    );
  });
});
