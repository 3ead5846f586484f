import { Worker } from "node:worker_threads";
import type { Service } from "@ghostchain/service";
import { CryptoError } from "./crypto-error.ts";
import { packItems, type RecoveryItem, recoverPacked, unpackKeys } from "./recovery-batch.ts";

export interface RecoveryPoolOptions {
  /** Threads at most, each started when first needed; with 0 the calling thread does the work. */
  readonly workers: number;
  /** Batches smaller than this stay on the calling thread. Default 16, about 0.7 ms of work. */
  readonly inlineBelowItems?: number;
  /** Items waiting or being recovered at most. Default 65,536. */
  readonly queueLimitItems?: number;
}

/** Recovers the signers of many signatures at once, away from the calling thread. */
export interface RecoveryPool extends Service {
  /**
   * The public key (64 bytes) of each item in its order, undefined where a signature has none.
   *
   * @throws {CryptoError} `DIGEST_SIZE`, `RECOVERY_QUEUE_FULL`, `RECOVERY_POOL_STOPPED`
   */
  recover(items: readonly RecoveryItem[]): Promise<(Uint8Array | undefined)[]>;
}

/** Enough work for a thread (3 ms) to outweigh the trip, little enough to share a block among all. */
const CHUNK_ITEMS = 64;

/** The source while types are stripped at run time, the build's output elsewhere. */
const WORKER_FILE = import.meta.url.endsWith(".ts")
  ? new URL("./recovery-worker.ts", import.meta.url)
  : new URL("./recovery-worker.js", import.meta.url);

export function createRecoveryPool(options: RecoveryPoolOptions): RecoveryPool {
  return new WorkerRecoveryPool(options);
}

interface Chunk {
  readonly items: readonly RecoveryItem[];
  resolve(keys: (Uint8Array | undefined)[]): void;
  reject(error: Error): void;
}

class WorkerRecoveryPool implements RecoveryPool {
  readonly name = "recovery-pool";
  readonly #workerLimit: number;
  readonly #inlineBelowItems: number;
  readonly #queueLimitItems: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Chunk>();
  #queue: Chunk[] = [];
  #queuedItems = 0;
  #lostWorkers = 0;
  #running = false;

  constructor(options: RecoveryPoolOptions) {
    this.#workerLimit = options.workers;
    this.#inlineBelowItems = options.inlineBelowItems ?? 16;
    this.#queueLimitItems = options.queueLimitItems ?? 65_536;
  }

  async start(): Promise<void> {
    this.#running = true;
  }

  async stop(): Promise<void> {
    this.#running = false;
    const stopped = [...this.#queue, ...this.#busy.values()];
    const workers = [...this.#idle, ...this.#busy.keys()];
    this.#queue = [];
    this.#busy.clear();
    this.#idle.length = 0;
    for (const chunk of stopped) chunk.reject(new CryptoError({ code: "RECOVERY_POOL_STOPPED" }));
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  async recover(items: readonly RecoveryItem[]): Promise<(Uint8Array | undefined)[]> {
    if (!this.#running) throw new CryptoError({ code: "RECOVERY_POOL_STOPPED" });
    for (const { digest } of items) requireDigest(digest);
    if (items.length < this.#inlineBelowItems || this.#availableWorkers() === 0) {
      return recoverHere(items);
    }
    this.#reserve(items.length);
    try {
      return (await Promise.all(chunksOf(items).map((part) => this.#enqueue(part)))).flat();
    } finally {
      this.#queuedItems -= items.length;
    }
  }

  #availableWorkers(): number {
    return this.#workerLimit - this.#lostWorkers;
  }

  #reserve(itemCount: number): void {
    const limitItems = this.#queueLimitItems;
    const queuedItems = this.#queuedItems;
    if (queuedItems + itemCount > limitItems) {
      throw new CryptoError({ code: "RECOVERY_QUEUE_FULL", queuedItems, limitItems });
    }
    this.#queuedItems += itemCount;
  }

  #enqueue(items: readonly RecoveryItem[]): Promise<(Uint8Array | undefined)[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ items, resolve, reject });
      this.#dispatch();
    });
  }

  /** Hands queued chunks to threads; with every thread lost, does the work here. */
  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#idle.pop() ?? this.#spawn();
      if (worker === undefined && this.#busy.size > 0) return;
      const chunk = this.#queue.shift();
      if (chunk === undefined) return;
      if (worker === undefined) chunk.resolve(recoverHere(chunk.items));
      else this.#send(worker, chunk);
    }
  }

  #send(worker: Worker, chunk: Chunk): void {
    const packed = packItems(chunk.items);
    this.#busy.set(worker, chunk);
    worker.ref();
    worker.postMessage(packed, [packed.buffer]);
  }

  #spawn(): Worker | undefined {
    if (this.#idle.length + this.#busy.size >= this.#availableWorkers()) return undefined;
    const worker = new Worker(WORKER_FILE);
    worker.on("message", (keys: Uint8Array) => this.#finish(worker, keys));
    worker.on("error", (error) => process.emitWarning(error)); // "exit" follows
    worker.on("exit", () => this.#lose(worker));
    return worker;
  }

  #finish(worker: Worker, keys: Uint8Array): void {
    const chunk = this.#busy.get(worker);
    if (chunk === undefined) return;
    this.#busy.delete(worker);
    this.#idle.push(worker);
    worker.unref();
    chunk.resolve(unpackKeys(keys));
    this.#dispatch();
  }

  /** A thread that died is not replaced, lest one that cannot live be started for ever. */
  #lose(worker: Worker): void {
    if (!this.#running) return;
    this.#lostWorkers += 1;
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    const chunk = this.#busy.get(worker);
    this.#busy.delete(worker);
    if (chunk !== undefined) chunk.resolve(recoverHere(chunk.items));
    this.#dispatch();
  }
}

function recoverHere(items: readonly RecoveryItem[]): (Uint8Array | undefined)[] {
  return unpackKeys(recoverPacked(packItems(items)));
}

function chunksOf(items: readonly RecoveryItem[]): (readonly RecoveryItem[])[] {
  const count = Math.ceil(items.length / CHUNK_ITEMS);
  return Array.from({ length: count }, (_, index) =>
    items.slice(index * CHUNK_ITEMS, (index + 1) * CHUNK_ITEMS),
  );
}

function requireDigest(digest: Uint8Array): void {
  if (digest.length === 32) return;
  throw new CryptoError({ code: "DIGEST_SIZE", expectedBytes: 32, receivedBytes: digest.length });
}
