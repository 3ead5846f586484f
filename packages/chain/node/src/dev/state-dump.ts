import { gunzipSync, gzipSync } from "node:zlib";
import type { StateSnapshot } from "@ghostchain/accounts";
import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex, hexToBytes, toQuantity } from "@ghostchain/encoding";
import {
  type AccountChange,
  type Address,
  EMPTY_CODE_HASH,
  type Hash,
  hashOfBytes,
  hashOfWord,
  parseAddress,
  type StateChanges,
} from "@ghostchain/evm";
import { z } from "zod";
import { NodeError } from "../node-error.ts";

/** A dump that is packed can claim to be larger than memory; this is as far as it is believed. */
const DUMP_LIMIT_BYTES = 512 * 1024 * 1024;

const quantitySchema = z
  .union([z.int().min(0), z.string().regex(/^(?:0x[0-9a-fA-F]{1,64}|[0-9]{1,78})$/)])
  .transform(BigInt);

const accountSchema = z.object({
  nonce: quantitySchema.default(0n),
  balance: quantitySchema.default(0n),
  code: z
    .string()
    .regex(/^0x(?:[0-9a-fA-F]{2})*$/)
    .default("0x"),
  storage: z.record(z.string().regex(/^0x[0-9a-fA-F]{1,64}$/), quantitySchema).default({}),
});

const dumpSchema = z.object({
  accounts: z.record(z.string().regex(/^0x[0-9a-fA-F]{40}$/), accountSchema),
});

type DumpedAccount = z.output<typeof accountSchema>;

/** Every account of a state, as packed JSON in the form of anvil's dumps. Costs a pass over the whole state. */
export function dumpState(state: StateSnapshot): Uint8Array {
  const accounts: Record<Address, object> = {};
  for (const address of state.addresses()) {
    const account = state.reader.account(address);
    if (account === undefined) continue;
    const storage: Record<Hash, Hash> = {};
    for (const [slot, value] of state.slotsOf(address))
      storage[hashOfWord(slot)] = hashOfWord(value);
    accounts[address] = {
      nonce: Number(account.nonce),
      balance: toQuantity(account.balanceWei),
      code: bytesToHex(state.reader.code(account.codeHash)),
      storage,
    };
  }
  return gzipSync(JSON.stringify({ accounts }));
}

/**
 * What has to change for every account of the dump to be as it is there. Accounts it does not name stay.
 *
 * @throws {NodeError} `DEV_DUMP_INVALID`
 */
export function changesOfDump(dump: Uint8Array): StateChanges {
  const parsed = dumpSchema.safeParse(unpack(dump));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`${issue?.path.join(".")}: ${issue?.message}`);
  }
  const accounts = new Map<Address, AccountChange>();
  const code = new Map<Hash, Uint8Array>();
  for (const [address, account] of Object.entries(parsed.data.accounts)) {
    accounts.set(parseAddress(address), accountChange(account, code));
  }
  return { accounts, code };
}

function accountChange(dumped: DumpedAccount, codes: Map<Hash, Uint8Array>): AccountChange {
  const code = hexToBytes(dumped.code);
  const codeHash = code.length === 0 ? EMPTY_CODE_HASH : hashOfBytes(keccak256(code));
  if (code.length > 0) codes.set(codeHash, code);
  const slots = Object.entries(dumped.storage).map(
    ([slot, value]) => [BigInt(slot), value] as const,
  );
  const account = { nonce: dumped.nonce, balanceWei: dumped.balance, codeHash };
  const isEmpty = account.nonce === 0n && account.balanceWei === 0n && code.length === 0;
  return {
    account: isEmpty && slots.length === 0 ? undefined : account,
    storageCleared: true,
    storage: new Map(slots.filter(([, value]) => value !== 0n)),
  };
}

function unpack(dump: Uint8Array): unknown {
  try {
    const isPacked = dump[0] === 0x1f && dump[1] === 0x8b;
    const text = isPacked ? gunzipSync(dump, { maxOutputLength: DUMP_LIMIT_BYTES }) : dump;
    return JSON.parse(Buffer.from(text).toString("utf8"));
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause));
  }
}

function invalid(reason: string): NodeError {
  return new NodeError(
    { code: "DEV_DUMP_INVALID", reason },
    `DEV_DUMP_INVALID: this is no state dump (${reason}): give what anvil_dumpState answered`,
  );
}
