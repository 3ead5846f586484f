import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { bytesToHex, hexToBytes } from "@ghostchain/encoding";
import { type Hash, parseAddress } from "@ghostchain/evm";
import { testVectors } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import {
  encodeForSigning,
  openTransaction,
  signTransaction,
  type UnsignedTransaction,
} from "../../src/index.ts";

interface EthersVector {
  readonly name: string;
  readonly privateKey: string;
  readonly transaction: {
    readonly to?: string;
    readonly nonce?: string | number;
    readonly gasLimit?: string;
    readonly gasPrice?: string;
    readonly maxFeePerGas?: string;
    readonly maxPriorityFeePerGas?: string;
    readonly maxFeePerBlobGas?: string;
    readonly data?: string;
    readonly value?: string;
    readonly chainId?: string;
    readonly accessList?: readonly { address: string; storageKeys: readonly Hash[] }[];
    readonly blobVersionedHashes?: readonly Hash[];
  };
  readonly unsignedLegacy: string;
  readonly unsignedEip155: string;
  readonly unsignedBerlin: string;
  readonly unsignedLondon: string;
  readonly unsignedCancun: string;
  readonly signedLegacy: string;
  readonly signedEip155: string;
  readonly signedBerlin: string;
  readonly signedLondon: string;
  readonly signedCancun: string;
}

/** A form that a transaction's fields do not fit has no encoding. */
const FORMS = ["Legacy", "Eip155", "Berlin", "London", "Cancun"] as const;

/** Origin: ethers-io/ethers.js, testcases/transactions.json.gz. */
testVectors("ethers/transactions", "ethers/testcases/transactions.json.gz", (file, tally) => {
  const vectors: EthersVector[] = JSON.parse(gunzipSync(readFileSync(file)).toString());
  for (const vector of vectors) {
    for (const form of FORMS.filter((one) => vector[`unsigned${one}`] !== "")) {
      tally.check(`${vector.name} ${form}`, () => {
        const unsigned = unsignedOf(vector, form);
        const signed = signTransaction(unsigned, hexToBytes(vector.privateKey));
        expect(bytesToHex(encodeForSigning(unsigned))).toBe(vector[`unsigned${form}`]);
        expect(bytesToHex(signed.encoded)).toBe(vector[`signed${form}`]);
        expect(openTransaction(signed.encoded, "osaka")).toEqual(signed);
      });
    }
  }
});

function unsignedOf(
  { transaction }: EthersVector,
  form: (typeof FORMS)[number],
): UnsignedTransaction {
  const number = (value: string | number | undefined) => BigInt(value ?? 0);
  const chainId = number(transaction.chainId);
  const call = {
    nonce: number(transaction.nonce),
    gasLimit: number(transaction.gasLimit),
    to: transaction.to === undefined ? undefined : parseAddress(transaction.to),
    valueWei: number(transaction.value),
    data: hexToBytes(transaction.data ?? "0x"),
  };
  const gasPriceWei = number(transaction.gasPrice);
  if (form === "Legacy") return { type: 0, chainId: undefined, gasPriceWei, ...call };
  if (form === "Eip155") return { type: 0, chainId, gasPriceWei, ...call };
  const accessList = (transaction.accessList ?? []).map(({ address, storageKeys }) => ({
    address: parseAddress(address),
    storageKeys,
  }));
  if (form === "Berlin") return { type: 1, chainId, gasPriceWei, accessList, ...call };
  const fees = {
    maxFeePerGasWei: number(transaction.maxFeePerGas),
    maxPriorityFeePerGasWei: number(transaction.maxPriorityFeePerGas),
  };
  if (form === "London") return { type: 2, chainId, accessList, ...fees, ...call };
  const maxFeePerBlobGasWei = number(transaction.maxFeePerBlobGas);
  const blobHashes = transaction.blobVersionedHashes ?? [];
  return { type: 3, chainId, accessList, maxFeePerBlobGasWei, blobHashes, ...fees, ...call };
}
