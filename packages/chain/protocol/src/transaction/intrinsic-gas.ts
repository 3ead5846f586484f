import { type Hardfork, includesFork } from "@ghostchain/evm";
import type { AccessListEntry, Transaction } from "./transaction.ts";

const TRANSACTION_GAS = 21_000n;
const CREATION_GAS = 32_000n;
const INIT_CODE_WORD_GAS = 2n;
const ZERO_BYTE_GAS = 4n;
const ACCESS_LIST_ADDRESS_GAS = 2_400n;
const ACCESS_LIST_KEY_GAS = 1_900n;
const AUTHORIZATION_GAS = 25_000n;
const FLOOR_TOKEN_GAS = 10n;
const TOKENS_PER_NONZERO_BYTE = 4n;

/** What of a transaction its intrinsic gas depends on; a call that is not signed will do. */
export interface GasRelevant {
  readonly to: Transaction["to"];
  readonly data: Uint8Array;
  readonly accessList?: readonly AccessListEntry[] | undefined;
  readonly authorizations?: readonly unknown[] | undefined;
}

/**
 * Gas taken before any code runs.
 *
 * @see Yellow paper, g0; EIP-2 (creation), 2028 (data), 2930 (access lists), 3860 (init code), 7702
 */
export function intrinsicGas(transaction: GasRelevant, hardfork: Hardfork): bigint {
  const { to, data, accessList = [], authorizations = [] } = transaction;
  const zeroBytes = countZeroBytes(data);
  const nonzeroByteGas = includesFork(hardfork, "istanbul") ? 16n : 68n;
  let gas = TRANSACTION_GAS;
  gas += BigInt(zeroBytes) * ZERO_BYTE_GAS + BigInt(data.length - zeroBytes) * nonzeroByteGas;
  if (to === undefined && includesFork(hardfork, "homestead")) gas += CREATION_GAS;
  if (to === undefined && includesFork(hardfork, "shanghai")) {
    gas += BigInt(Math.ceil(data.length / 32)) * INIT_CODE_WORD_GAS;
  }
  gas += BigInt(accessList.length) * ACCESS_LIST_ADDRESS_GAS;
  for (const { storageKeys } of accessList) gas += BigInt(storageKeys.length) * ACCESS_LIST_KEY_GAS;
  return gas + BigInt(authorizations.length) * AUTHORIZATION_GAS;
}

/**
 * The least gas a transaction with this data uses, whatever its code does; zero before Prague.
 *
 * @see EIP-7623
 */
export function floorDataGas(transaction: Pick<GasRelevant, "data">, hardfork: Hardfork): bigint {
  if (!includesFork(hardfork, "prague")) return 0n;
  const zeroBytes = countZeroBytes(transaction.data);
  const nonzeroBytes = transaction.data.length - zeroBytes;
  const tokens = BigInt(zeroBytes) + BigInt(nonzeroBytes) * TOKENS_PER_NONZERO_BYTE;
  return TRANSACTION_GAS + tokens * FLOOR_TOKEN_GAS;
}

function countZeroBytes(data: Uint8Array): number {
  let count = 0;
  for (const byte of data) if (byte === 0) count += 1;
  return count;
}
