import { closeSync, fdatasync, openSync, write } from "node:fs";
import { promisify } from "node:util";
import { lockDirectory } from "./directory-lock.ts";
import { encodeFrames, FRAME_HEADER_BYTES, MAX_RECORD_BYTES } from "./log-frame.ts";
import { createSegment, damageError, recoverSegments } from "./segment-files.ts";
import { type Segment, SegmentReader } from "./segment-reader.ts";
import { StorageError, unavailableError } from "./storage-error.ts";

export interface SegmentLogOptions {
  /** The directory the log has to itself; created where it is missing. */
  readonly directory: string;
  /** A new file is begun once the last has grown to this. Default 64 MiB. */
  readonly segmentSizeBytes?: number;
  /** Bytes waiting to be written at most. Default 512 MiB. */
  readonly queueLimitBytes?: number;
}

/**
 * Records in the order they were appended. A record's position counts the bytes of the log before it: it
 * grows with every record and never changes.
 */
export interface SegmentLog {
  /** Where the next record will be; all records are before it. */
  readonly endPosition: number;
  /**
   * Resolves to the position of each record when all of them would survive a power cut. After a crash before
   * that, some of the first of them may be there.
   *
   * @throws {StorageError} `LOG_RECORD_SIZE`, `LOG_QUEUE_FULL`, `LOG_WRITE_FAILED`, `STORE_CLOSED`
   */
  append(records: readonly Uint8Array[]): Promise<readonly number[]>;
  /** @throws {StorageError} `LOG_POSITION_UNKNOWN`, `LOG_CORRUPT`, `STORE_CLOSED` */
  read(position: number): Uint8Array;
  /** From the record at `from`, by default the first, to the last there is when reading gets there. */
  entries(from?: number): Iterable<readonly [position: number, record: Uint8Array]>;
  /** Waits for what is being appended. */
  close(): Promise<void>;
}

/** Appends made while the disk was busy are written and synced together, up to about this. */
const GROUP_BYTES = 1 << 24;

const DEFAULT_SEGMENT_SIZE_BYTES = 1 << 26;
const DEFAULT_QUEUE_LIMIT_BYTES = 1 << 29;

const writeAt = promisify(write);
const syncData = promisify(fdatasync);

/**
 * Opens a log and cuts off what a crash left half written at its end.
 *
 * @throws {StorageError} `STORE_LOCKED`, `STORE_UNAVAILABLE`; `LOG_CORRUPT` where something that had been
 *   acknowledged is lost
 */
export function openSegmentLog(options: SegmentLogOptions): SegmentLog {
  const unlock = lockDirectory(options.directory);
  try {
    return new FileSegmentLog(options, recoverSegments(options.directory), unlock);
  } catch (error) {
    unlock();
    throw error instanceof StorageError ? error : unavailableError(options.directory, error);
  }
}

interface Append {
  readonly records: readonly Uint8Array[];
  readonly sizeBytes: number;
  resolve(positions: readonly number[]): void;
  reject(error: Error): void;
}

class FileSegmentLog implements SegmentLog {
  readonly #directory: string;
  readonly #segmentSizeBytes: number;
  readonly #queueLimitBytes: number;
  readonly #unlock: () => void;
  readonly #reader = new SegmentReader();
  /** In order, and never empty. */
  readonly #segments: Segment[];
  #last: Segment;
  #descriptor: number;
  #queue: Append[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  #failure: StorageError | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SegmentLogOptions, segments: readonly Segment[], unlock: () => void) {
    const last = segments.at(-1) ?? createSegment(options.directory, 0);
    this.#directory = options.directory;
    this.#segmentSizeBytes = options.segmentSizeBytes ?? DEFAULT_SEGMENT_SIZE_BYTES;
    this.#queueLimitBytes = options.queueLimitBytes ?? DEFAULT_QUEUE_LIMIT_BYTES;
    this.#unlock = unlock;
    this.#segments = segments.slice(0, -1);
    this.#last = last;
    this.#descriptor = openSync(last.file, "r+");
  }

  get endPosition(): number {
    return this.#last.end;
  }

  async append(records: readonly Uint8Array[]): Promise<readonly number[]> {
    this.#requireOpen();
    if (this.#failure !== undefined) throw this.#failure;
    const sizeBytes = framesSizeOf(records);
    const queuedBytes = this.#queuedBytes + sizeBytes;
    const limitBytes = this.#queueLimitBytes;
    if (queuedBytes > limitBytes) {
      throw new StorageError({ code: "LOG_QUEUE_FULL", queuedBytes, limitBytes });
    }
    this.#queuedBytes = queuedBytes;
    const copies = records.map((record) => record.slice());
    return new Promise((resolve, reject) => {
      this.#queue.push({ records: copies, sizeBytes, resolve, reject });
      this.#writing ??= this.#writeQueue();
    });
  }

  read(position: number): Uint8Array {
    this.#requireOpen();
    const segment = this.#segmentAt(position);
    const record = segment && this.#reader.read(segment, position);
    if (segment === undefined) {
      const endPosition = this.endPosition;
      throw new StorageError({ code: "LOG_POSITION_UNKNOWN", position, endPosition });
    }
    if (record === undefined) throw damageError(segment, position);
    return record;
  }

  *entries(from = 0): Iterable<readonly [position: number, record: Uint8Array]> {
    let position = from;
    while (position < this.endPosition) {
      const record = this.read(position);
      yield [position, record];
      position += FRAME_HEADER_BYTES + record.length;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#writing;
    this.#reader.close();
    closeSync(this.#descriptor);
    this.#unlock();
  }

  async #writeQueue(): Promise<void> {
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#writeGroup(group);
      } catch (cause) {
        this.#fail(group, cause);
      }
      for (const { sizeBytes } of group) this.#queuedBytes -= sizeBytes;
    }
    this.#writing = undefined;
  }

  #takeGroup(): Append[] {
    let sizeBytes = 0;
    const beyond = this.#queue.findIndex((append) => {
      sizeBytes += append.sizeBytes;
      return sizeBytes > GROUP_BYTES;
    });
    return this.#queue.splice(0, beyond < 0 ? this.#queue.length : Math.max(1, beyond));
  }

  async #writeGroup(group: readonly Append[]): Promise<void> {
    const sizeBytes = this.#last.end - this.#last.base;
    if (sizeBytes > 0 && sizeBytes >= this.#segmentSizeBytes) this.#beginSegment();
    const { base, end } = this.#last;
    const records = group.flatMap((append) => append.records);
    const { bytes, positions } = encodeFrames(records, end);
    let written = 0;
    while (written < bytes.length) {
      const at = end - base + written;
      const rest = bytes.length - written;
      written += (await writeAt(this.#descriptor, bytes, written, rest, at)).bytesWritten;
    }
    await syncData(this.#descriptor);
    this.#last = { ...this.#last, end: end + bytes.length };
    let first = 0;
    for (const append of group) {
      append.resolve(positions.slice(first, first + append.records.length));
      first += append.records.length;
    }
  }

  #beginSegment(): void {
    const next = createSegment(this.#directory, this.#last.end);
    const descriptor = openSync(next.file, "r+");
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#segments.push(this.#last);
    this.#last = next;
  }

  /** After a failed write or sync nobody knows what is on the disk: only opening again finds out. */
  #fail(group: readonly Append[], cause: unknown): void {
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.#failure = new StorageError(
      { code: "LOG_WRITE_FAILED", directory: this.#directory, reason },
      `LOG_WRITE_FAILED: cannot append to ${this.#directory} (${reason}): check the disk and its free space, then restart`,
      { cause },
    );
    for (const append of [...group, ...this.#queue]) append.reject(this.#failure);
    this.#queue = [];
  }

  #segmentAt(position: number): Segment | undefined {
    if (!Number.isSafeInteger(position)) return undefined;
    if (position >= this.#last.base) return position < this.#last.end ? this.#last : undefined;
    return this.#segments.findLast(({ base }) => base <= position);
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw new StorageError({ code: "STORE_CLOSED" });
  }
}

/** @throws {StorageError} `LOG_RECORD_SIZE` */
function framesSizeOf(records: readonly Uint8Array[]): number {
  return records.reduce((total, { length }) => {
    if (length > MAX_RECORD_BYTES) {
      const fault = {
        code: "LOG_RECORD_SIZE",
        sizeBytes: length,
        maxBytes: MAX_RECORD_BYTES,
      } as const;
      throw new StorageError(fault);
    }
    return total + FRAME_HEADER_BYTES + length;
  }, 0);
}
