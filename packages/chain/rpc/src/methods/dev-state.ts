import { gunzipSync, gzipSync } from "node:zlib";
import { bytesToHex } from "@ghostchain/encoding";
import type { DevControl, RpcBackend } from "../backend.ts";
import type { RpcEnvironment } from "../environment.ts";
import { withGas } from "../fill-transaction.ts";
import { type MethodTable, method, optional, required } from "../method.ts";
import { LATEST } from "../read/block-reference.ts";
import { readSlot } from "../read/overrides.ts";
import { sendRequestFor } from "../read/transaction-request.ts";
import {
  invalidValue,
  readAddress,
  readBoolean,
  readBytes,
  readHash,
  readQuantity,
  readUint64,
} from "../read/value.ts";
import { orRejected } from "../transaction-rejection.ts";
import { underNames } from "./dev-names.ts";

/** A dump unpacked; what one loads cannot be made to fill the memory. */
const DUMP_LIMIT_BYTES = 1024 * 1024 * 1024;

/** Accounts as one wishes them to be, and acting for those one holds no key of. */
export function devStateMethods(environment: RpcEnvironment, dev: DevControl): MethodTable {
  return {
    ...accountMethods(environment.backend, dev),
    ...impersonationMethods(environment, dev),
    ...dumpMethods(dev),
  };
}

function accountMethods(backend: RpcBackend, dev: DevControl): MethodTable {
  const address = required("address", readAddress);
  return {
    ...underNames(names("setBalance", "evm_setAccountBalance"), () =>
      method([address, required("balance", readQuantity)], async ([account, wei]) => {
        await dev.setBalance(account, wei);
        return true;
      }),
    ),
    anvil_addBalance: method(
      [address, required("amount", readQuantity)],
      async ([account, wei]) => {
        const balanceWei = backend.state(LATEST)?.account(account)?.balanceWei ?? 0n;
        await dev.setBalance(account, balanceWei + wei);
        return null;
      },
    ),
    ...underNames(names("setCode", "evm_setAccountCode"), () =>
      method([address, required("code", readBytes)], async ([account, code]) => {
        await dev.setCode(account, code);
        return true;
      }),
    ),
    ...underNames(names("setNonce", "evm_setAccountNonce"), () =>
      method([address, required("nonce", readUint64)], async ([account, nonce]) => {
        await dev.setNonce(account, nonce);
        return true;
      }),
    ),
    ...underNames(names("setStorageAt", "evm_setAccountStorageAt"), () =>
      method(
        [address, required("slot", readSlot), required("value", readWord)],
        async ([account, slot, value]) => {
          await dev.setStorage(account, slot, value);
          return true;
        },
      ),
    ),
  };
}

function impersonationMethods(environment: RpcEnvironment, dev: DevControl): MethodTable {
  const { backend } = environment;
  const address = required("address", readAddress);
  return {
    ...underNames(names("impersonateAccount"), () =>
      method([address], ([account]) => {
        dev.impersonate(account);
        return true;
      }),
    ),
    ...underNames(names("stopImpersonatingAccount"), () =>
      method([address], ([account]) => {
        dev.stopImpersonating(account);
        return true;
      }),
    ),
    anvil_autoImpersonateAccount: method([required("enabled", readBoolean)], ([enabled]) => {
      dev.autoImpersonate(enabled);
      return null;
    }),
    eth_sendUnsignedTransaction: method(
      [required("transaction", sendRequestFor(backend.chainId))],
      ([request]) =>
        orRejected(async () => {
          const isHeld = backend.accounts.addresses().includes(request.from);
          if (!isHeld) dev.impersonate(request.from);
          try {
            return await backend.sendFrom(withGas(environment, request));
          } finally {
            if (!isHeld) dev.stopImpersonating(request.from);
          }
        }),
    ),
  };
}

/** Dumps travel compressed. */
function dumpMethods(dev: DevControl): MethodTable {
  return {
    ...underNames(names("dumpState"), () =>
      method([], async () => bytesToHex(gzipSync(await dev.dumpState()))),
    ),
    ...underNames(names("loadState"), () =>
      method([required("state", readDump)], async ([dump]) => {
        await dev.loadState(dump);
        return true;
      }),
    ),
    ...underNames(names("reset"), () =>
      method([optional("options", refuseForking, undefined)], async () => {
        await dev.reset();
        return true;
      }),
    ),
  };
}

function names(name: string, ...others: string[]): string[] {
  return [`anvil_${name}`, `hardhat_${name}`, ...others];
}

/** Quantities and whole words are both in use. */
function readWord(value: unknown): bigint {
  return typeof value === "string" && value.length === 66
    ? BigInt(readHash(value))
    : readQuantity(value);
}

function readDump(value: unknown): Uint8Array {
  try {
    return gunzipSync(readBytes(value), { maxOutputLength: DUMP_LIMIT_BYTES });
  } catch {
    throw invalidValue("expected a state that dumpState gave");
  }
}

function refuseForking(value: unknown): undefined {
  const asksForFork = typeof value === "object" && value !== null && "forking" in value;
  if (asksForFork) throw invalidValue("forking another chain is not supported: leave forking out");
  return undefined;
}
