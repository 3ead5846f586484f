import { createHmac, pbkdf2Sync } from "node:crypto";
import { publicKeyOf, SECP256K1_ORDER } from "@ghostchain/crypto";
import { bigIntToFixedBytes, bytesToBigInt, bytesToHex, type Hex } from "@ghostchain/encoding";
import type { Address } from "@ghostchain/evm";
import { addressOfPublicKey } from "@ghostchain/protocol";

/** The mnemonic every Ethereum development tool knows. Whoever reads this can spend what it holds. */
export const DEV_MNEMONIC = "test test test test test test test test test test test junk";

export interface DevAccount {
  readonly address: Address;
  readonly privateKey: Hex;
}

/**
 * Accounts of a mnemonic at m/44'/60'/0'/0/0 and onwards, as wallets derive them. The words are taken as they
 * are: neither the word list nor the checksum is consulted.
 *
 * Cost: 1 ms, and 0.2 ms an account.
 *
 * @see BIP-32, BIP-39, BIP-44
 */
export function deriveDevAccounts(mnemonic: string, count: number): DevAccount[] {
  const seed = pbkdf2Sync(mnemonic.normalize("NFKD"), "mnemonic", 2048, 64, "sha512");
  const branch = [44, 60, 0].reduce<ExtendedKey>(
    (parent, index) => child(parent, index + HARDENED),
    split(hmac(Buffer.from("Bitcoin seed"), seed)),
  );
  const external = child(branch, 0);
  return Array.from({ length: count }, (_, index) => accountOf(child(external, index).key));
}

interface ExtendedKey {
  readonly key: Uint8Array;
  readonly chainCode: Uint8Array;
}

const HARDENED = 0x8000_0000;

/** The one index in 2^127 that gives no valid key throws in `publicKeyOf`. */
function child(parent: ExtendedKey, index: number): ExtendedKey {
  const suffix = bigIntToFixedBytes(BigInt(index), 4);
  const data =
    index >= HARDENED
      ? [Uint8Array.of(0), parent.key, suffix]
      : [compressed(publicKeyOf(parent.key)), suffix];
  const derived = split(hmac(parent.chainCode, Buffer.concat(data)));
  const sum = bytesToBigInt(derived.key) + bytesToBigInt(parent.key);
  return { key: bigIntToFixedBytes(sum % SECP256K1_ORDER, 32), chainCode: derived.chainCode };
}

function compressed(publicKey: Uint8Array): Uint8Array {
  const isOdd = ((publicKey[63] ?? 0) & 1) === 1;
  return Uint8Array.of(isOdd ? 3 : 2, ...publicKey.subarray(0, 32));
}

function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return createHmac("sha512", key).update(data).digest();
}

function split(bytes: Uint8Array): ExtendedKey {
  return { key: bytes.subarray(0, 32), chainCode: bytes.subarray(32) };
}

function accountOf(key: Uint8Array): DevAccount {
  return { address: addressOfPublicKey(publicKeyOf(key)), privateKey: bytesToHex(key) };
}
