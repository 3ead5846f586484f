import { CodedError } from "@ghostchain/service";

export type IndexerFault =
  /** The chain does not answer. `where` never holds credentials. */
  | { code: "INDEXER_SOURCE_UNREACHABLE"; where: string; reason: string }
  | { code: "INDEXER_SOURCE_URL_MALFORMED"; reason: string }
  /** The chain answered with a JSON-RPC error. */
  | { code: "INDEXER_SOURCE_REFUSED"; method: string; rpcCode: number; reason: string }
  /** The chain asks to be asked less, or later. */
  | { code: "INDEXER_SOURCE_BUSY"; where: string; reason: string; retryAfterMs: number }
  /** The server does not have yet, or not any more, what others have. */
  | { code: "INDEXER_SOURCE_BEHIND"; method: string; reason: string }
  /** One of several servers is of another chain than the rest. */
  | { code: "INDEXER_SOURCE_OTHER_CHAIN"; where: string; expected: string; answered: string }
  /** Servers tell different logs of a block, and nothing says who is right. */
  | { code: "INDEXER_SOURCE_DISPUTED"; where: string; reason: string }
  /** What the chain answered contradicts itself or is not what was asked for. */
  | { code: "INDEXER_SOURCE_INCONSISTENT"; method: string; reason: string }
  /** The database was filled from another chain. */
  | { code: "INDEXER_CHAIN_MISMATCH"; stored: string; answered: string }
  /** A product is on a chain that the settings do not name. */
  | { code: "INDEXER_CHAIN_UNKNOWN"; product: string; chain: string; known: readonly string[] }
  /** There is nothing yet of what was to be verified. */
  | { code: "INDEXER_NOTHING_INDEXED"; chain: string }
  /** What is stored was derived by other products. */
  | { code: "INDEXER_PRODUCTS_CHANGED"; chain: string }
  /** Another process moved the position: this one is not the writer any more. */
  | { code: "INDEXER_FENCED"; expected: string }
  /** A listed table cannot be put back after a reorg. */
  | { code: "INDEXER_TABLE_UNDOABLE"; product: string; table: string; reason: string }
  /** A listed table whose rows cannot be held in memory. */
  | { code: "INDEXER_TABLE_UNSUPPORTED"; product: string; table: string; column: string }
  /** A projection asked for a table that its product does not list. */
  | { code: "INDEXER_TABLE_NOT_LISTED"; product: string; table: string }
  /** A row, a change or a key that does not fit its table. */
  | { code: "INDEXER_ROW_MALFORMED"; product: string; table: string; reason: string }
  /** A row was inserted whose key another row has. */
  | { code: "INDEXER_ROW_EXISTS"; product: string; table: string; key: string }
  /** PostgreSQL refused rows when they were written: a constraint, a value out of range. */
  | { code: "INDEXER_ROWS_REFUSED"; product: string; table: string; reason: string }
  /** A product's SQL touched what is not its own, or was not a statement on rows. */
  | { code: "INDEXER_PRODUCT_TRESPASSED"; product: string; reason: string }
  /** A product's own code threw. */
  | {
      code: "INDEXER_HANDLER_FAILED";
      product: string;
      handler: string;
      blockNumber: string;
      logIndex: number;
      reason: string;
    };

export class IndexerError extends CodedError<IndexerFault> {}
