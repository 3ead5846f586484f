import { type Hardfork, includesFork } from "@ghostchain/evm";
import type { Transaction } from "@ghostchain/protocol";

/** Gas a transaction pays before any code runs (yellow paper, g0; EIP-2028, 2930, 3860, 7702). */
export function intrinsicGas(transaction: Transaction, hardfork: Hardfork): bigint {
  const { data, to } = transaction;
  const zeros = countZeros(data);
  const perByte = includesFork(hardfork, "istanbul") ? 16n : 68n;
  let gas = 21_000n + BigInt(zeros) * 4n + BigInt(data.length - zeros) * perByte;
  if (to === undefined && includesFork(hardfork, "homestead")) gas += 32_000n;
  if (to === undefined && includesFork(hardfork, "shanghai")) {
    gas += 2n * BigInt(Math.ceil(data.length / 32));
  }
  if ("accessList" in transaction) {
    gas += BigInt(transaction.accessList.length) * 2_400n;
    for (const entry of transaction.accessList) gas += BigInt(entry.storageKeys.length) * 1_900n;
  }
  if (transaction.type === 4) gas += BigInt(transaction.authorizations.length) * 25_000n;
  return gas;
}

/** Least gas a transaction pays for its data, however little its code uses (EIP-7623); zero before Prague. */
export function floorGas(transaction: Transaction, hardfork: Hardfork): bigint {
  if (!includesFork(hardfork, "prague")) return 0n;
  const { data } = transaction;
  const zeros = countZeros(data);
  return 21_000n + 10n * BigInt(zeros + (data.length - zeros) * 4);
}

function countZeros(data: Uint8Array): number {
  let zeros = 0;
  for (const byte of data) if (byte === 0) zeros += 1;
  return zeros;
}
