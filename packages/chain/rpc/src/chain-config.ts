import { crc32 } from "node:zlib";
import { bigIntToFixedBytes, bytesToHex, hexToBytes, toQuantity } from "@ghostchain/encoding";
import { type Hardfork, includesFork } from "@ghostchain/evm";
import type { BlobRules } from "@ghostchain/protocol";
import type { ForkActivation, RpcBackend } from "./backend.ts";
import { requireBlock } from "./environment.ts";

/** The rules in force, those that come next, and the last ones planned (EIP-7910). */
export function chainConfig(backend: RpcBackend) {
  const forks = backend.forks?.() ?? [];
  const now = backend.head().block.header;
  const isActive = ({ at }: ForkActivation) =>
    "block" in at ? at.block <= now.number : at.timestamp <= now.timestamp;
  const activeCount = forks.filter(isActive).length;
  const isUpgradePlanned = activeCount < forks.length;
  return {
    current: describeFork(backend, forks.slice(0, activeCount)),
    next: isUpgradePlanned ? describeFork(backend, forks.slice(0, activeCount + 1)) : null,
    last: isUpgradePlanned ? describeFork(backend, forks) : null,
  };
}

/** The newest of `forks`, which lists all rule changes up to it. */
function describeFork(backend: RpcBackend, forks: readonly ForkActivation[]) {
  const fork = forks.at(-1);
  if (!fork) return null;
  const schedule = forks.findLast(({ blobs }) => blobs)?.blobs;
  const deposits = forks.findLast(({ depositContract }) => depositContract)?.depositContract;
  return {
    activationTime: "timestamp" in fork.at ? Number(fork.at.timestamp) : 0,
    ...(schedule ? { blobSchedule: formatSchedule(schedule) } : {}),
    chainId: toQuantity(backend.chainId),
    forkId: forkId(backend, forks),
    precompiles: namesSince(fork.hardfork, PRECOMPILES),
    systemContracts: {
      ...namesSince(fork.hardfork, SYSTEM_CONTRACTS),
      ...(deposits && includesFork(fork.hardfork, "prague")
        ? { DEPOSIT_CONTRACT_ADDRESS: deposits }
        : {}),
    },
  };
}

function formatSchedule(schedule: BlobRules) {
  return {
    target: schedule.target,
    max: schedule.max,
    baseFeeUpdateFraction: Number(schedule.baseFeeUpdateFraction),
  };
}

/** EIP-2124, extended to times by EIP-6122: a checksum of the genesis hash and every change after it. */
function forkId(backend: RpcBackend, forks: readonly ForkActivation[]): string {
  const genesis = requireBlock(backend, { tag: "earliest" });
  const genesisTime = genesis.block.header.timestamp;
  const points = new Set<bigint>();
  for (const { at } of forks) {
    if ("block" in at && at.block > 0n) points.add(at.block);
    if ("timestamp" in at && at.timestamp > genesisTime) points.add(at.timestamp);
  }
  let checksum = crc32(hexToBytes(genesis.hash));
  for (const point of points) checksum = crc32(bigIntToFixedBytes(point, 8), checksum);
  return bytesToHex(bigIntToFixedBytes(BigInt(checksum), 4));
}

type Named = readonly (readonly [name: string, address: string, since: Hardfork])[];

function namesSince(fork: Hardfork, named: Named): Record<string, string> {
  const present = named.filter(([, , since]) => includesFork(fork, since));
  return Object.fromEntries(present.map(([name, address]) => [name, address]));
}

function precompile(
  name: string,
  index: number,
  since: Hardfork,
): readonly [string, string, Hardfork] {
  return [name, `0x${index.toString(16).padStart(40, "0")}`, since];
}

/** Names of EIP-7910. */
const PRECOMPILES: Named = [
  precompile("ECREC", 0x01, "frontier"),
  precompile("SHA256", 0x02, "frontier"),
  precompile("RIPEMD160", 0x03, "frontier"),
  precompile("ID", 0x04, "frontier"),
  precompile("MODEXP", 0x05, "byzantium"),
  precompile("BN254_ADD", 0x06, "byzantium"),
  precompile("BN254_MUL", 0x07, "byzantium"),
  precompile("BN254_PAIRING", 0x08, "byzantium"),
  precompile("BLAKE2F", 0x09, "istanbul"),
  precompile("KZG_POINT_EVALUATION", 0x0a, "cancun"),
  precompile("BLS12_G1ADD", 0x0b, "prague"),
  precompile("BLS12_G1MSM", 0x0c, "prague"),
  precompile("BLS12_G2ADD", 0x0d, "prague"),
  precompile("BLS12_G2MSM", 0x0e, "prague"),
  precompile("BLS12_PAIRING_CHECK", 0x0f, "prague"),
  precompile("BLS12_MAP_FP_TO_G1", 0x10, "prague"),
  precompile("BLS12_MAP_FP2_TO_G2", 0x11, "prague"),
  precompile("P256VERIFY", 0x100, "osaka"),
];

/** EIP-4788, EIP-2935, EIP-7002, EIP-7251. */
const SYSTEM_CONTRACTS: Named = [
  ["BEACON_ROOTS_ADDRESS", "0x000f3df6d732807ef1319fb7b8bb8522d0beac02", "cancun"],
  ["HISTORY_STORAGE_ADDRESS", "0x0000f90827f1c53a10cb7a02335b175320002935", "prague"],
  ["WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS", "0x00000961ef480eb55e80d19ad83579a64c007002", "prague"],
  [
    "CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS",
    "0x0000bbddc7ce488642fb579f8b00f3a590007251",
    "prague",
  ],
];
