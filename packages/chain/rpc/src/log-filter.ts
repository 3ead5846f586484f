import { keccak256 } from "@ghostchain/crypto";
import { hexToBytes } from "@ghostchain/encoding";
import type { Address, Hash, Log } from "@ghostchain/evm";

/** Which logs are wanted: any of the addresses, and any of the topics at each position; empty means every. */
export interface LogCriteria {
  readonly addresses: readonly Address[];
  readonly topics: readonly (readonly Hash[])[];
}

/** `LogCriteria` made ready to be asked often. */
export interface LogFilter {
  /** False only if no log of a block or receipt with this bloom can match; 256 bytes. */
  mayMatch(bloom: Uint8Array): boolean;
  matches(log: Log): boolean;
}

export function createLogFilter(criteria: LogCriteria): LogFilter {
  const addresses = new Set<string>(criteria.addresses);
  const topics = criteria.topics.map((any) => new Set<string>(any));
  const choices = [criteria.addresses, ...criteria.topics]
    .filter((choice) => choice.length > 0)
    .map((choice) => choice.map(bloomBitsOf));
  return {
    mayMatch: (bloom) => choices.every((choice) => choice.some((bits) => hasBits(bloom, bits))),
    matches: (log) =>
      (addresses.size === 0 || addresses.has(log.address)) &&
      topics.every((any, position) => {
        if (position >= log.topics.length) return false;
        return any.size === 0 || any.has(log.topics[position] ?? "");
      }),
  };
}

interface BloomBit {
  readonly byte: number;
  readonly mask: number;
}

/** The three bits of 2,048 that a value sets (yellow paper, M3:2048). */
function bloomBitsOf(value: Address | Hash): readonly BloomBit[] {
  const digest = Buffer.from(keccak256(hexToBytes(value)));
  return [0, 2, 4].map((at) => {
    const bit = digest.readUInt16BE(at) & 2047;
    return { byte: 255 - (bit >> 3), mask: 1 << (bit & 7) };
  });
}

function hasBits(bloom: Uint8Array, bits: readonly BloomBit[]): boolean {
  return bits.every(({ byte, mask }) => ((bloom[byte] ?? 0) & mask) !== 0);
}
