import { numberToHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { checkKeySignature } from "./login-signature.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const account = privateKeyToAccount(generatePrivateKey());
const MESSAGE = "ghost.example wants you to sign in\nwith your Ethereum account";

describe("checkKeySignature", () => {
  it("takes the account's own signature, with v as 27/28 or 0/1", async () => {
    const signature = await account.signMessage({ message: MESSAGE });
    expect(await checkKeySignature(account.address, MESSAGE, signature)).toBe(true);
    const v = Number.parseInt(signature.slice(-2), 16) - 27;
    const short = `${signature.slice(0, -2)}0${v}` as const;
    expect(await checkKeySignature(account.address, MESSAGE, short as `0x${string}`)).toBe(true);
  });

  it("refuses the mirrored signature that anyone can make of a good one (malleable s)", async () => {
    const signature = await account.signMessage({ message: MESSAGE });
    const s = ORDER - BigInt(`0x${signature.slice(66, 130)}`);
    const v = signature.endsWith("1b") ? "1c" : "1b";
    const mirrored = `${signature.slice(0, 66)}${numberToHex(s, { size: 32 }).slice(2)}${v}`;
    expect(await checkKeySignature(account.address, MESSAGE, mirrored as `0x${string}`)).toBe(
      false,
    );
  });

  it("refuses another message, another account, and what is no signature", async () => {
    const signature = await account.signMessage({ message: MESSAGE });
    const other = privateKeyToAccount(generatePrivateKey());
    expect(await checkKeySignature(account.address, `${MESSAGE} `, signature)).toBe(false);
    expect(await checkKeySignature(other.address, MESSAGE, signature)).toBe(false);
    for (const bad of [
      "0x",
      "0x00",
      `0x${"00".repeat(65)}`,
      `0x${"ff".repeat(65)}`,
      `0x${"00".repeat(32)}${"00".repeat(31)}011b`,
      `${signature}00`,
      signature.slice(0, -2),
      `${signature.slice(0, -2)}1d`,
    ]) {
      expect(await checkKeySignature(account.address, MESSAGE, bad as `0x${string}`)).toBe(false);
    }
  });
});
