import { publicKeyOf, signDigest } from "@ghostchain/crypto";
import { bigIntToFixedBytes, concatBytes } from "@ghostchain/encoding";
import type { Address } from "@ghostchain/evm";
import {
  addressOfPublicKey,
  type SenderTransaction,
  signTransaction,
  type UnsignedTransaction,
} from "@ghostchain/protocol";
import { NodeError } from "../node-error.ts";

/** The private keys this node signs with. They are worth as little as the process's memory is safe. */
export class KeyRing {
  readonly #keys: ReadonlyMap<Address, Uint8Array>;

  /** @param privateKeys 32 bytes each */
  constructor(privateKeys: readonly Uint8Array[]) {
    this.#keys = new Map(privateKeys.map((key) => [addressOfPublicKey(publicKeyOf(key)), key]));
  }

  addresses(): readonly Address[] {
    return [...this.#keys.keys()];
  }

  has(address: Address): boolean {
    return this.#keys.has(address);
  }

  /** 65 bytes r, s, v (27 or 28) over a 32-byte digest. Undefined when the key is not held. */
  signDigest(address: Address, digest: Uint8Array): Uint8Array | undefined {
    const key = this.#keys.get(address);
    if (key === undefined) return undefined;
    const { r, s, yParity } = signDigest(digest, key);
    const v = Uint8Array.of(27 + yParity);
    return concatBytes(bigIntToFixedBytes(r, 32), bigIntToFixedBytes(s, 32), v);
  }

  /** @throws {NodeError} `NODE_ACCOUNT_UNKNOWN` */
  sign(address: Address, unsigned: UnsignedTransaction): SenderTransaction {
    const key = this.#keys.get(address);
    if (key === undefined) {
      throw new NodeError({ code: "NODE_ACCOUNT_UNKNOWN", address }, `unknown account ${address}`);
    }
    return signTransaction(unsigned, key);
  }
}
