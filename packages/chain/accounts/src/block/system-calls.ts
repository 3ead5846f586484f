import { concatBytes, EMPTY_BYTES, hexToBytes } from "@ghostchain/encoding";
import { type Address, type Hash, includesFork } from "@ghostchain/evm";
import {
  BEACON_ROOTS,
  BLOCK_HASHES,
  CONSOLIDATION_REQUESTS,
  SYSTEM_ADDRESS,
  WITHDRAWAL_REQUESTS,
} from "@ghostchain/protocol";
import type { TransactionSite } from "../execution/run-transaction.ts";
import { BlockError } from "./block-error.ts";

/** It counts neither for the block's gas limit nor for anyone's fee. */
const SYSTEM_CALL_GAS = 30_000_000n;

/** First bytes of requests (EIP-7685). */
const WITHDRAWAL_REQUEST = 0x01;
const CONSOLIDATION_REQUEST = 0x02;

/** Notes the hashes of the blocks before, here and on the beacon chain, before any transaction runs. */
export function recordHistory(
  site: TransactionSite,
  parentHash: Hash,
  parentBeaconBlockRoot: Hash | undefined,
): void {
  const { hardfork } = site.evm;
  if (includesFork(hardfork, "cancun") && parentBeaconBlockRoot !== undefined) {
    callIfPresent(site, BEACON_ROOTS.address, hexToBytes(parentBeaconBlockRoot));
  }
  if (includesFork(hardfork, "prague")) {
    callIfPresent(site, BLOCK_HASHES.address, hexToBytes(parentHash));
  }
}

/**
 * What validators have asked for through contracts in this block, as typed requests without the empty ones.
 *
 * @throws {BlockError} `SYSTEM_CONTRACT_MISSING`, `SYSTEM_CALL_FAILED`
 * @see EIP-7002, EIP-7251
 */
export function collectRequests(site: TransactionSite): Uint8Array[] {
  const withdrawals = callRequired(site, WITHDRAWAL_REQUESTS.address);
  const consolidations = callRequired(site, CONSOLIDATION_REQUESTS.address);
  return [
    concatBytes(Uint8Array.of(WITHDRAWAL_REQUEST), withdrawals),
    concatBytes(Uint8Array.of(CONSOLIDATION_REQUEST), consolidations),
  ].filter((request) => request.length > 1);
}

/** EIP-4788 and EIP-2935: without a contract, or if it fails, nothing happens. */
function callIfPresent(site: TransactionSite, address: Address, data: Uint8Array): void {
  if (site.world.code(address).length > 0) call(site, address, data);
}

function callRequired(site: TransactionSite, address: Address): Uint8Array {
  if (site.world.code(address).length === 0) {
    throw new BlockError({ code: "SYSTEM_CONTRACT_MISSING", address });
  }
  const { halt, output } = call(site, address, EMPTY_BYTES);
  if (halt !== undefined) throw new BlockError({ code: "SYSTEM_CALL_FAILED", address, halt });
  return output;
}

function call({ evm, world, block }: TransactionSite, to: Address, data: Uint8Array) {
  world.beginTransaction();
  const result = evm.run(
    world,
    block,
    { origin: SYSTEM_ADDRESS, gasPriceWei: 0n, blobHashes: [] },
    { caller: SYSTEM_ADDRESS, to, valueWei: 0n, data, gas: SYSTEM_CALL_GAS },
  );
  world.endTransaction();
  return result;
}
