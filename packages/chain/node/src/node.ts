import { availableParallelism } from "node:os";
import type { PoolLimits } from "@ghostchain/accounts";
import { createRecoveryPool, type RecoveryPool } from "@ghostchain/crypto";
import type { ChainSpec, SenderTransaction } from "@ghostchain/protocol";
import type { HeadEvent, RpcBackend } from "@ghostchain/rpc";
import {
  type Clock,
  type Logger,
  type Metrics,
  type Service,
  systemClock,
} from "@ghostchain/service";
import { createBackend } from "./backend/backend.ts";
import type { ImportOutcome } from "./chain/block-importer.ts";
import type { ChainMove } from "./chain/chain.ts";
import { createDevControl, createDevParts, type DevParts } from "./dev/dev-control.ts";
import { createNodeMetrics, type NodeMetrics } from "./metrics.ts";
import { NodeError } from "./node-error.ts";
import { type RunningNode, runNode } from "./running-node.ts";
import { openStores, type Stores } from "./store/open-stores.ts";

export interface NodeOptions {
  readonly spec: ChainSpec;
  /** Where the chain is kept; absent, it lives as long as the process. */
  readonly dataDirectory?: string | undefined;
  /** 32 bytes each: accounts that JSON-RPC clients may send from. */
  readonly privateKeys?: readonly Uint8Array[];
  /** Whether clients may do what only tests should: set balances, mine, revert. */
  readonly devControl?: boolean;
  /** For how many blocks before the head calls and reorgs find a state. Default 10,000. */
  readonly historyBlocks?: number | "all";
  readonly poolLimits?: Partial<PoolLimits>;
  /** Threads that recover senders. Default: one less than there are processors, at most 4. */
  readonly recoveryWorkers?: number;
  /** Memory for decoded blocks. Default 64 MiB. */
  readonly cacheBytes?: number;
}

export interface GhostNode extends Service {
  /** For a JSON-RPC server or provider, also before the node runs. */
  readonly backend: RpcBackend;
  /**
   * Takes in a block that another made, as its RLP. Resolves when it is durable.
   *
   * @throws {ProtocolError | BlockError | NodeError} the rule it breaks
   */
  importBlock(encoded: Uint8Array): Promise<ImportOutcome>;
}

/** A node of the chain that the spec describes: one process, one data directory. */
export function createNode(
  deps: { readonly logger: Logger; readonly metrics: Metrics; readonly clock?: Clock },
  options: NodeOptions,
): GhostNode {
  return new NodeService(deps.logger, createNodeMetrics(deps.metrics), deps.clock, options);
}

/** Fewer transactions at once than this have their senders recovered on the main thread: the trip would cost more. */
const INLINE_BELOW_ITEMS = 4;

interface Running {
  readonly node: RunningNode;
  readonly dev: DevParts;
  readonly stores: Stores;
  readonly recovery: RecoveryPool;
}

class NodeService implements GhostNode {
  readonly name = "node";
  readonly backend: RpcBackend;
  readonly #logger: Logger;
  readonly #metrics: NodeMetrics;
  readonly #clock: Clock;
  readonly #options: NodeOptions;
  readonly #headListeners = new Set<(event: HeadEvent) => void>();
  readonly #poolListeners = new Set<(transaction: SenderTransaction) => void>();
  #running: Running | undefined;

  constructor(
    logger: Logger,
    metrics: NodeMetrics,
    clock: Clock | undefined,
    options: NodeOptions,
  ) {
    this.#logger = logger.child({ module: "node" });
    this.#metrics = metrics;
    this.#clock = clock ?? systemClock;
    this.#options = options;
    this.backend = createBackend(
      () => this.#require().node,
      options.spec,
      {
        onHead: (listener) => subscribe(this.#headListeners, listener),
        onPendingTransaction: (listener) => subscribe(this.#poolListeners, listener),
      },
      options.devControl ? createDevControl(() => this.#require().dev) : undefined,
    );
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { spec, dataDirectory, recoveryWorkers } = this.#options;
    const stores = await openStores(dataDirectory);
    const recovery = createRecoveryPool({
      workers: recoveryWorkers ?? defaultWorkers(),
      inlineBelowItems: INLINE_BELOW_ITEMS,
    });
    try {
      await recovery.start(signal);
      const node = await this.#open(stores, recovery);
      this.#running = { node, dev: createDevParts(node), stores, recovery };
      node.loop.start();
      const { number } = node.chain.head.block.header;
      this.#logger.info({ chain: spec.name, chainId: spec.chainId, number }, "node runs");
    } catch (error) {
      await recovery.stop();
      await stores.close();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    const { node, stores, recovery } = running;
    this.#running = undefined;
    await node.loop.stop();
    await node.lane.close(notRunning());
    node.waits.refuseAll(notRunning());
    await recovery.stop();
    await stores.close();
  }

  importBlock(encoded: Uint8Array): Promise<ImportOutcome> {
    return this.#require().node.importer.import(encoded);
  }

  #open(stores: Stores, recovery: RecoveryPool): Promise<RunningNode> {
    const { spec, privateKeys, historyBlocks, poolLimits, cacheBytes } = this.#options;
    return runNode(
      {
        stores,
        recovery,
        clock: this.#clock,
        logger: this.#logger,
        metrics: this.#metrics,
        onMove: (move) => this.#tell(move),
        onPooled: (transaction) => {
          for (const listener of this.#poolListeners) listener(transaction);
        },
      },
      {
        spec,
        privateKeys: privateKeys ?? [],
        historyBlocks: historyBlocks ?? 10_000,
        poolLimits: poolLimits ?? {},
        cacheBytes: cacheBytes ?? 64 * 1024 * 1024,
      },
    );
  }

  #tell({ removed, added }: ChainMove): void {
    if (removed.length === 0 && added.length === 0) return;
    const head = added.at(-1);
    if (head !== undefined) {
      const { number, gasUsed } = head.block.header;
      const transactions = head.transactionHashes.length;
      this.#logger.debug({ number, hash: head.hash, transactions, gasUsed }, "head moved");
    }
    const sealedAtMs = head && this.#running?.node.production.sealedAtMs(head.hash);
    for (const listener of this.#headListeners) listener({ removed, added, sealedAtMs });
  }

  #require(): Running {
    if (this.#running === undefined) throw notRunning();
    return this.#running;
  }
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function defaultWorkers(): number {
  return Math.max(1, Math.min(4, availableParallelism() - 1));
}

function notRunning(): NodeError {
  return new NodeError(
    { code: "NODE_NOT_RUNNING" },
    "NODE_NOT_RUNNING: the node has not been started, or has been stopped",
  );
}
