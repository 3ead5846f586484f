import type { Migration, Sql, SqlValue } from "@ghostchain/database";
import type { FeedEvent, JsonObject } from "@ghostchain/feed";
import type { Clock, Logger } from "@ghostchain/service";
import type { Abi, Address, Hash } from "viem";
import type { ProductAnalytics } from "./product-analytics.ts";
import type { ProductRoute } from "./route.ts";

/**
 * Everything an application adds to the stack, as one object. The indexer runs its projections, the gateway
 * streams its feed, the API serves its routes, the worker runs its jobs.
 *
 * Its SQL names tables with their schema (`ghostnet.positions`); only in migrations may that be left out.
 */
export interface Product {
  /** Lower-case letters, digits and `_`: also the PostgreSQL schema that holds its tables. */
  readonly name: string;
  /** The chain its contracts are on, by the name that the indexer's settings give it. Default `main`. */
  readonly chain?: string;
  readonly contracts: Readonly<Record<string, ProductContract>>;
  /**
   * Another one tells that projections do something else now, so that tables are derived again. A loader sets it from
   * what its files hold; the text of the projections themselves is looked at anyway.
   */
  readonly version?: string;
  /** Run once each, in order, with `search_path` set to the product's schema. */
  readonly migrations: readonly Migration[];
  /**
   * Tables that projections write, without the schema, each with a primary key. A reorg puts their rows back as they
   * were. Anything else projections write, and any of these rows written by a route or a job, is not undone.
   *
   * GraphQL shows them to everyone, with the comments that migrations give them (`COMMENT ON TABLE`, `ON COLUMN`) and
   * what they refer to. A line `@foreignKey (buyer) references buyers (id)` in a table's comment tells of a reference
   * that nothing checks.
   */
  readonly tables: readonly string[];
  /** `Contract:Event` to what it changes, inside the block's transaction, in log order. */
  readonly projections: Readonly<Record<string, Projection>>;
  /** `Contract:Event` to what clients see of it; runs after the projection of the same event. */
  readonly feed: Readonly<Record<string, FeedMapper>>;
  /** What the owner of `address` is told after a row that names it as a subject; undefined for nothing. */
  readonly personal?: (
    address: Address,
    sql: Sql,
  ) => Promise<(JsonObject & { type: string }) | undefined>;
  /** The whole public state, and `address`'s own, for a client that missed too much to replay. */
  readonly snapshot?: (sql: Sql, address: Address | undefined) => Promise<JsonObject>;
  /**
   * Told of each login before it is granted, outside of any block. It may write tables that are not listed in
   * `tables`, and must bear being told again.
   */
  readonly onLogin?: (address: Address, login: LoginContext) => Promise<void>;
  /** What of its feed is summed up over time. Events of each type are counted without it too. */
  readonly analytics?: ProductAnalytics;
  readonly routes: readonly ProductRoute[];
  readonly jobs: readonly ProductJob[];
}

/** A contract at an address, or all those that a factory makes. */
export type ProductContract = DeployedContract | ChildContract;

export interface DeployedContract {
  readonly abi: Abi;
  readonly address: Address;
  readonly factory?: undefined;
  /** The block it was deployed in; nothing before it is read. */
  readonly startBlock: bigint;
}

/** Any number of contracts of one kind, each counted from the log that tells of it. */
export interface ChildContract {
  readonly abi: Abi;
  readonly address?: undefined;
  readonly factory: ContractFactory;
  /** Their logs before this block are not read; children are known from the factory's own `startBlock` on. */
  readonly startBlock: bigint;
}

/** Where the addresses of children come from. */
export interface ContractFactory {
  /** A contract of the same product, with an address. */
  readonly contract: string;
  /** Its event that tells of a child. */
  readonly event: string;
  /** The event's parameter of type `address` that is the child's. */
  readonly parameter: string;
}

/** A decoded log of one of the product's contracts. */
export interface ChainEvent<Args = Readonly<Record<string, unknown>>> {
  readonly contract: string;
  readonly name: string;
  readonly args: Args;
  readonly address: Address;
  readonly blockNumber: bigint;
  readonly blockHash: Hash;
  readonly blockTimestampMs: number;
  readonly transactionHash: Hash;
  readonly logIndex: number;
}

/** The block's transaction, for a projection. */
export interface BlockSql extends RowSql {
  /** One of the product's listed tables, row by row: rows in use are in memory, changes are written together. */
  table<R extends object>(name: string): RowTable<R>;
  /**
   * A change whose answer the projection does not need: it travels with what follows and costs no round trip.
   * Statements run in the order they were sent or queried; one that fails, fails the block.
   */
  send(text: string, parameters: readonly SqlValue[]): void;
}

/** The same for a feed mapper, which changes nothing. */
export interface RowSql extends Sql {
  table<R extends object>(name: string): Pick<RowTable<R>, "find">;
}

/**
 * The rows of a listed table, by primary key. `R` has a field for each column, named as the column; a key has those of
 * the primary key. Whole numbers of 64 bits or more (`numeric`, `bigint`) are `bigint`, a `date` is text, as 2026-01-20.
 *
 * Steps take effect at once for `find` and for SQL that follows in the same transaction, but reach the table together:
 * at the end of the block, of a stretch of history, or before a raw statement. A constraint is checked only then.
 *
 * Each throws, as `IndexerError`: `INDEXER_ROW_MALFORMED` for a value, key or column that does not fit.
 */
export interface RowTable<R extends object> {
  find(key: Partial<R>): Promise<Readonly<R> | undefined>;
  /**
   * A new row; it fails, now or when it is written, where the key is taken (`INDEXER_ROW_EXISTS`). A column left out is
   * null, or its default: then the row has to be read again before it is used.
   */
  insert(row: R): void;
  /** Inserts `row`, or changes the one that has its key: by `change`, or to `row` without it. @returns what is there now */
  upsert(row: R, change?: (row: Readonly<R>) => Partial<R>): Promise<Readonly<R>>;
  /** @returns the row as changed, or undefined when there is none */
  update(
    key: Partial<R>,
    change: Partial<R> | ((row: Readonly<R>) => Partial<R>),
  ): Promise<Readonly<R> | undefined>;
  /** @returns whether there was one */
  delete(key: Partial<R>): Promise<boolean>;
}

// biome-ignore lint/suspicious/noExplicitAny: a table of handlers each with its own event type
export type Projection = (event: ChainEvent<any>, sql: BlockSql) => Promise<void>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type FeedMapper = (event: ChainEvent<any>, sql: RowSql) => Promise<FeedDraft | undefined>;

export interface FeedDraft {
  readonly event: FeedEvent;
  /** Topics beside `feed`, which every row has. */
  readonly topics: readonly string[];
  /** Accounts whose own state this changed. */
  readonly subjects: readonly Address[];
}

export interface LoginContext {
  readonly sql: Sql;
  readonly clock: Clock;
}

export interface ProductJob {
  readonly name: string;
  readonly everyMs: number;
  run(context: JobContext): Promise<void>;
}

export interface JobContext {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** A message to every connection that is not part of the sequence, such as SCAN_WARNING. */
  broadcast(message: JsonObject & { type: string }, topics: readonly string[]): Promise<void>;
}
