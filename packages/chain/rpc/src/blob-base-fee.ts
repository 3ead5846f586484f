import type { StoredBlock } from "@ghostchain/protocol";
import type { RpcBackend } from "./backend.ts";

const MINIMUM_WEI = 1n;

/** Wei per blob gas in a block; zero where there are no blobs. */
export function blobBaseFeeWei(backend: RpcBackend, stored: StoredBlock): bigint {
  const { excessBlobGas } = stored.block.header;
  const schedule = backend.blobScheduleOf?.(stored);
  if (excessBlobGas === undefined || !schedule) return 0n;
  return approximateExponential(MINIMUM_WEI, excessBlobGas, schedule.baseFeeUpdateFraction);
}

/** `factor * e ** (numerator / denominator)` by Taylor expansion (EIP-4844, `fake_exponential`). */
function approximateExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  let sum = 0n;
  let term = factor * denominator;
  for (let i = 1n; term > 0n; i++) {
    sum += term;
    term = (term * numerator) / (denominator * i);
  }
  return sum / denominator;
}
