import { readFileSync } from "node:fs";
import { join } from "node:path";
import { keccak256, publicKeyOf } from "@ghostchain/crypto";
import { bytesToHex, hexToBytes } from "@ghostchain/encoding";
import { parseAddress } from "@ghostchain/evm";
import { testVectors } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import { addressOfPublicKey, openTransaction, signTransaction } from "../../src/index.ts";

interface TransactionVector {
  readonly key: string;
  readonly nonce: number;
  readonly gasprice: number;
  readonly startgas: number;
  readonly to: string;
  readonly value: number;
  readonly data: string;
  readonly signed: string;
}

interface KeyVector {
  readonly seed: string;
  readonly key: string;
  readonly addr: string;
}

/**
 * Origin: ethereum/tests, BasicTests/txtest.json and keyaddrtest.json. The latter's signatures are left out: the file
 * does not say over which digest they are, and it is none of the obvious ones.
 */
testVectors("BasicTests/keys", "ethereum/BasicTests", (directory, tally) => {
  for (const [index, vector] of read<TransactionVector[]>(directory, "txtest.json").entries()) {
    tally.check(`txtest ${index}`, () => checkTransaction(vector));
  }
  for (const vector of read<KeyVector[]>(directory, "keyaddrtest.json")) {
    tally.check(`keyaddrtest ${vector.seed}`, () => checkKey(vector));
  }
});

function checkTransaction(vector: TransactionVector): void {
  const { transaction, sender } = signTransaction(
    {
      type: 0,
      chainId: undefined,
      nonce: BigInt(vector.nonce),
      gasPriceWei: BigInt(vector.gasprice),
      gasLimit: BigInt(vector.startgas),
      to: vector.to === "" ? undefined : parseAddress(`0x${vector.to}`),
      valueWei: BigInt(vector.value),
      data: hexToBytes(`0x${vector.data}`),
    },
    hexToBytes(`0x${vector.key}`),
  );
  const published = openTransaction(hexToBytes(`0x${vector.signed}`), "frontier");
  expect(published.sender).toBe(sender);
  expect({ ...published.transaction, signature: transaction.signature }).toEqual(transaction);
}

function checkKey({ seed, key, addr }: KeyVector): void {
  const privateKey = keccak256(new TextEncoder().encode(seed));
  expect(bytesToHex(privateKey)).toBe(`0x${key}`);
  expect(addressOfPublicKey(publicKeyOf(privateKey))).toBe(`0x${addr}`);
}

function read<T>(directory: string, file: string): T {
  return JSON.parse(readFileSync(join(directory, file), "utf8"));
}
