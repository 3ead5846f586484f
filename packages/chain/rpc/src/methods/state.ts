import { bigIntToFixedBytes, bytesToHex, type Hex, toQuantity } from "@ghostchain/encoding";
import type { Address } from "@ghostchain/evm";
import type { AccountProof } from "../backend.ts";
import { missingState, type RpcEnvironment, requireState } from "../environment.ts";
import { type MethodTable, method, optional, required } from "../method.ts";
import { LATEST, readBlockReference } from "../read/block-reference.ts";
import { readSlot } from "../read/overrides.ts";
import {
  invalidValue,
  listOf,
  readAddress,
  readObject,
  readText,
  readWithin,
} from "../read/value.ts";

/** Slots one request may ask for (EIP-1186 sets no bound; geth's is this). */
const SLOT_LIMIT = 1_024;

const address = required("address", readAddress);
const block = optional("block", readBlockReference, LATEST);

/** Accounts, code and storage after a block. */
export function stateMethods({ backend }: RpcEnvironment): MethodTable {
  return {
    eth_getBalance: method([address, block], ([account, reference]) =>
      toQuantity(requireState(backend, reference).account(account)?.balanceWei ?? 0n),
    ),
    eth_getTransactionCount: method([address, block], ([account, reference]) => {
      if ("tag" in reference && reference.tag === "pending") {
        return toQuantity(backend.pool.pendingNonce(account));
      }
      return toQuantity(requireState(backend, reference).account(account)?.nonce ?? 0n);
    }),
    eth_getCode: method([address, block], ([account, reference]) => {
      const state = requireState(backend, reference);
      const found = state.account(account);
      return found ? bytesToHex(state.code(found.codeHash)) : "0x";
    }),
    eth_getStorageAt: method(
      [address, required("slot", readSlot), block],
      ([account, slot, reference]) =>
        formatWord(requireState(backend, reference).storage(account, slot)),
    ),
    eth_getStorageValues: method(
      [required("requests", readSlotsByAddress), block],
      ([requests, reference]) => {
        const state = requireState(backend, reference);
        const values = requests.map(([account, slots]): [Address, Hex[]] => [
          account,
          slots.map((slot) => formatWord(state.storage(account, slot))),
        ]);
        return Object.fromEntries(values);
      },
    ),
    eth_getProof: method(
      [address, required("storageKeys", listOf(readProofKey, SLOT_LIMIT)), block],
      ([account, keys, reference]) => {
        const slots = keys.map(({ slot }) => slot);
        const proof = backend.prove(reference, account, slots);
        if (!proof) throw missingState(backend, reference);
        return formatProof(
          account,
          keys.map(({ text }) => text),
          proof,
        );
      },
    ),
  };
}

function readSlotsByAddress(value: unknown): [Address, bigint[]][] {
  const requests = Object.entries(readObject(value));
  if (requests.length === 0) throw invalidValue("empty request");
  const read = requests.map(([key, slots]): [Address, bigint[]] => [
    readWithin(key, readAddress, key),
    readWithin(key, listOf(readSlot, SLOT_LIMIT), slots),
  ]);
  const count = read.reduce((sum, [, slots]) => sum + slots.length, 0);
  if (count === 0) throw invalidValue("empty request");
  if (count > SLOT_LIMIT) throw invalidValue(`too many slots (max ${SLOT_LIMIT})`);
  return read;
}

/** The key is given back as it was written. */
function readProofKey(value: unknown): { text: string; slot: bigint } {
  return { text: readText(value), slot: readSlot(value) };
}

function formatProof(account: Address, keys: readonly string[], proof: AccountProof) {
  return {
    address: account,
    accountProof: proof.accountProof.map(bytesToHex),
    balance: toQuantity(proof.balanceWei),
    codeHash: proof.codeHash,
    nonce: toQuantity(proof.nonce),
    storageHash: proof.storageHash,
    storageProof: proof.storageProof.map((entry, position) => ({
      key: keys[position],
      value: toQuantity(entry.value),
      proof: entry.proof.map(bytesToHex),
    })),
  };
}

function formatWord(value: bigint): Hex {
  return bytesToHex(bigIntToFixedBytes(value, 32));
}
