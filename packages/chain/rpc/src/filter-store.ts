import { randomBytes } from "node:crypto";
import { bytesToHex, type Hex } from "@ghostchain/encoding";
import type { Hash } from "@ghostchain/evm";
import type { Clock } from "@ghostchain/service";
import type { RpcBackend } from "./backend.ts";
import { type ChainChanges, type ChainCursor, ChainFollower } from "./chain-cursor.ts";
import { formatMatchingLogs, type LogJson } from "./format/log.ts";
import { formatTransaction } from "./format/transaction.ts";
import type { RpcLimits } from "./limits.ts";
import { createLogFilter, type LogFilter } from "./log-filter.ts";
import { findLogs, scanLogs } from "./log-search.ts";
import { PendingTransactionLog } from "./pending-transaction-log.ts";
import type { LogQuery } from "./read/log-query.ts";
import { RpcError } from "./rpc-error.ts";

type FilterKind =
  | { kind: "blocks"; cursor: ChainCursor }
  | { kind: "logs"; cursor: ChainCursor; query: LogQuery; filter: LogFilter }
  | { kind: "transactions"; next: number; full: boolean };

/** `turn` settles when the poll before has moved the cursor: two at once must not see one thing twice. */
type Filter = FilterKind & { lastUsedMs: number; turn: Promise<unknown> };

/**
 * Filters that clients poll. Each is a cursor, so one that is never asked for costs nothing but its
 * place; those not asked for in `limits.filterLifetimeMs` are forgotten.
 */
export class FilterStore {
  readonly #backend: RpcBackend;
  readonly #limits: RpcLimits;
  readonly #clock: Clock;
  readonly #chain: ChainFollower;
  readonly #pending: PendingTransactionLog;
  /** Least recently used first. */
  readonly #filters = new Map<string, Filter>();

  constructor(backend: RpcBackend, limits: RpcLimits, clock: Clock) {
    this.#backend = backend;
    this.#limits = limits;
    this.#clock = clock;
    this.#chain = new ChainFollower(backend);
    this.#pending = new PendingTransactionLog(backend);
  }

  addBlocks(): Hex {
    return this.#add({ kind: "blocks", cursor: this.#chain.cursor() });
  }

  addLogs(query: LogQuery): Hex {
    const filter = createLogFilter(query);
    const cursor = this.#chain.cursor();
    return this.#add({ kind: "logs", cursor, query, filter });
  }

  /** `full` gives whole transactions instead of hashes. */
  addTransactions(full: boolean): Hex {
    return this.#add({ kind: "transactions", next: this.#pending.end(), full });
  }

  remove(id: string): boolean {
    this.#forgetOld();
    return this.#filters.delete(id);
  }

  /**
   * What is new since the last call for this filter, or since it was made.
   *
   * @throws {RpcError} `RPC_FILTER_UNKNOWN`, `RPC_LIMIT_EXCEEDED`
   */
  async changes(id: string): Promise<readonly unknown[]> {
    const filter = this.#use(id);
    const poll = filter.turn.then(() => this.#collect(filter));
    filter.turn = poll.catch(() => undefined);
    return await poll;
  }

  /**
   * Every log of a log filter's query, old and new.
   *
   * @throws {RpcError} `RPC_FILTER_UNKNOWN`, also for a filter of another kind, `RPC_LIMIT_EXCEEDED`
   */
  async logs(id: string): Promise<LogJson[]> {
    const filter = this.#use(id);
    if (filter.kind !== "logs") throw new RpcError({ code: "RPC_FILTER_UNKNOWN" });
    return await findLogs(this.#backend, this.#limits, filter.query);
  }

  close(): void {
    this.#chain.close();
    this.#pending.close();
    this.#filters.clear();
  }

  #add(filter: FilterKind): Hex {
    this.#forgetOld();
    if (this.#filters.size >= this.#limits.filters) {
      const problem = `too many filters: at most ${this.#limits.filters}, uninstall some`;
      throw new RpcError({ code: "RPC_LIMIT_EXCEEDED", problem });
    }
    const id = bytesToHex(randomBytes(16));
    this.#filters.set(id, {
      ...filter,
      lastUsedMs: this.#clock.now(),
      turn: Promise.resolve(),
    });
    return id;
  }

  #use(id: string): Filter {
    this.#forgetOld();
    const filter = this.#filters.get(id);
    if (!filter) throw new RpcError({ code: "RPC_FILTER_UNKNOWN" });
    filter.lastUsedMs = this.#clock.now();
    this.#filters.delete(id);
    this.#filters.set(id, filter);
    return filter;
  }

  #forgetOld(): void {
    const oldestMs = this.#clock.now() - this.#limits.filterLifetimeMs;
    for (const [id, filter] of this.#filters) {
      if (filter.lastUsedMs > oldestMs) break;
      this.#filters.delete(id);
    }
  }

  async #collect(filter: Filter): Promise<readonly unknown[]> {
    if (filter.kind === "transactions") return this.#newTransactions(filter);
    const changes = this.#chain.changesSince(filter.cursor, this.#limits.logRangeBlocks);
    if (filter.kind === "logs") return await this.#newLogs(filter, changes);
    filter.cursor = this.#chain.cursorAt(changes.to);
    return this.#hashesOf(changes);
  }

  #newTransactions(filter: Extract<Filter, { kind: "transactions" }>): readonly unknown[] {
    const { hashes, next } = this.#pending.since(filter.next);
    filter.next = next;
    return filter.full ? hashes.flatMap((hash) => this.#pooled(hash)) : hashes;
  }

  #pooled(hash: Hash) {
    const pooled = this.#backend.pool.get(hash);
    return pooled ? [formatTransaction(pooled.transaction, hash, pooled.sender, undefined)] : [];
  }

  #hashesOf({ from, to }: ChainChanges): Hash[] {
    const hashes: Hash[] = [];
    for (let number = from; number <= to; number++) {
      const stored = this.#backend.block({ number });
      if (stored) hashes.push(stored.hash);
    }
    return hashes;
  }

  /** When there are very many, those of later blocks are left for the next poll. */
  async #newLogs(filter: Extract<Filter, { kind: "logs" }>, { removed, from, to }: ChainChanges) {
    const retracted = removed.flatMap(({ stored, receipts }) =>
      formatMatchingLogs(stored, receipts, filter.filter, true).toReversed(),
    );
    const range = { from, to, enough: this.#limits.logResults };
    const { logs, last } = await scanLogs(this.#backend, filter.filter, range);
    filter.cursor = this.#chain.cursorAt(last);
    return [...retracted, ...logs];
  }
}
