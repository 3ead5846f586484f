import { bigIntToFixedBytes, bytesToBigInt, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { type Hash, hashOfBytes } from "@ghostchain/evm";
import {
  decodeHeader,
  type ExecutedReceipt,
  encodeHeader,
  type Header,
  type StoredBlock,
} from "@ghostchain/protocol";
import type { KeyChange, KeyValue, SegmentLog } from "@ghostchain/storage";
import { BlockCache } from "./block-cache.ts";
import {
  type BlockRecord,
  blockOfRecord,
  encodeBlockRecord,
  receiptsOfRecord,
} from "./block-record.ts";

/** What holds the records themselves. */
export type RecordLog = Pick<SegmentLog, "append" | "read">;

/** What the index says of a block: where it lies, and what is asked for far more often than the rest. */
export interface BlockEntry {
  readonly position: number;
  readonly totalDifficulty: bigint;
  readonly header: Header;
}

export interface Location {
  readonly number: bigint;
  readonly index: number;
}

/**
 * Blocks, senders and receipts. Records go to the log; where they lie goes to the index, in the same write as the
 * state they lead to, so that a crash leaves at worst a record nobody refers to.
 */
export class ChainStore {
  readonly #index: KeyValue;
  readonly #log: RecordLog;
  readonly #cache: BlockCache;

  constructor(index: KeyValue, log: RecordLog, cacheBytes: number) {
    this.#index = index;
    this.#log = log;
    this.#cache = new BlockCache(cacheBytes);
  }

  /** Undefined in a store without a chain. */
  headHash(): Hash | undefined {
    return hashAt(this.#index, HEAD_KEY);
  }

  /** Of the canonical chain. */
  hashOf(number: bigint): Hash | undefined {
    return hashAt(this.#index, numberKey(number));
  }

  entry(hash: Hash): BlockEntry | undefined {
    const value = this.#index.get(blockKey(hash));
    return (
      value && {
        position: positionOf(value),
        totalDifficulty: bytesToBigInt(value.subarray(POSITION_BYTES, HEADER_AT)),
        header: decodeHeader(value.subarray(HEADER_AT)),
      }
    );
  }

  block(hash: Hash): StoredBlock | undefined {
    const cached = this.#cache.get(hash);
    if (cached !== undefined) return cached.stored;
    const record = this.#record(hash);
    if (record === undefined) return undefined;
    const stored = blockOfRecord(record);
    this.#cache.set({ stored, receipts: undefined });
    return stored;
  }

  /** Without reading the block. */
  header(hash: Hash): Header | undefined {
    const cached = this.#cache.get(hash);
    return cached?.stored.block.header ?? this.entry(hash)?.header;
  }

  /** Undefined for a block that is unknown or was not executed. */
  receipts(hash: Hash): readonly ExecutedReceipt[] | undefined {
    const cached = this.#cache.get(hash);
    if (cached?.receipts !== undefined) return cached.receipts;
    const record = this.#record(hash);
    if (record === undefined) return undefined;
    const stored = cached?.stored ?? blockOfRecord(record);
    const receipts = receiptsOfRecord(record, stored.block.transactions);
    this.#cache.set({ stored, receipts });
    return receipts;
  }

  /** Where the canonical chain has the transaction. */
  locate(transactionHash: Hash): Location | undefined {
    const value = this.#index.get(transactionKey(transactionHash));
    return (
      value && {
        number: bytesToBigInt(value.subarray(0, 8)),
        index: Number(bytesToBigInt(value.subarray(8))),
      }
    );
  }

  /**
   * Puts records in the log, durably. Their blocks are known once the changes are written.
   *
   * @throws {StorageError}
   */
  async append(records: readonly BlockRecord[]): Promise<KeyChange[]> {
    const positions = await this.#log.append(records.map(encodeBlockRecord));
    return records.map(({ stored }, index) => {
      const value = concatBytes(
        bigIntToFixedBytes(BigInt(positions[index] ?? 0), POSITION_BYTES),
        bigIntToFixedBytes(stored.totalDifficulty, DIFFICULTY_BYTES),
        encodeHeader(stored.block.header),
      );
      return { key: blockKey(stored.hash), value };
    });
  }

  /** Takes over what was written, so that readers need not decode it. */
  remember({ stored, receipts }: BlockRecord): void {
    this.#cache.set({ stored, receipts });
  }

  #record(hash: Hash): Uint8Array | undefined {
    const value = this.#index.get(blockKey(hash));
    return value && this.#log.read(positionOf(value));
  }
}

/** The changes that make `added` (oldest first) the end of the canonical chain in place of `removed`. */
export function canonicalChanges(
  removed: readonly StoredBlock[],
  added: readonly StoredBlock[],
  head: Hash,
): KeyChange[] {
  const changes: KeyChange[] = [];
  for (const { block, transactionHashes } of removed) {
    changes.push({ key: numberKey(block.header.number), value: undefined });
    for (const hash of transactionHashes) {
      changes.push({ key: transactionKey(hash), value: undefined });
    }
  }
  for (const { block, hash, transactionHashes } of added) {
    const number = word(block.header.number);
    changes.push({ key: numberKey(block.header.number), value: hexToBytes(hash) });
    transactionHashes.forEach((transactionHash, index) => {
      const value = concatBytes(number, bigIntToFixedBytes(BigInt(index), 4));
      changes.push({ key: transactionKey(transactionHash), value });
    });
  }
  changes.push({ key: HEAD_KEY, value: hexToBytes(head) });
  return changes;
}

/** Every key of the chain's index begins so; the state's keys in the same store begin otherwise. */
const PREFIX = 0x63;
const HEAD_KEY = Uint8Array.of(PREFIX, 0x68);

/** An index entry: position, total difficulty, and the header's RLP. */
const POSITION_BYTES = 8;
const DIFFICULTY_BYTES = 32;
const HEADER_AT = POSITION_BYTES + DIFFICULTY_BYTES;

function positionOf(entry: Uint8Array): number {
  return Number(bytesToBigInt(entry.subarray(0, POSITION_BYTES)));
}

function blockKey(hash: Hash): Uint8Array {
  return concatBytes(Uint8Array.of(PREFIX, 0x62), hexToBytes(hash));
}

function numberKey(number: bigint): Uint8Array {
  return concatBytes(Uint8Array.of(PREFIX, 0x6e), word(number));
}

function transactionKey(hash: Hash): Uint8Array {
  return concatBytes(Uint8Array.of(PREFIX, 0x74), hexToBytes(hash));
}

function word(value: bigint): Uint8Array {
  return bigIntToFixedBytes(value, 8);
}

function hashAt(index: KeyValue, key: Uint8Array): Hash | undefined {
  const value = index.get(key);
  return value && hashOfBytes(value);
}
