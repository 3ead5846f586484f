import { IndexerError } from "../indexer-error.ts";
import { isTrespass } from "../store/product-guard.ts";
import type { TableShape } from "./table-shape.ts";

/** A row whose key another row has. `key` as text. */
export function rowExists({ product, name }: TableShape, key: string, cause?: unknown) {
  return new IndexerError(
    { code: "INDEXER_ROW_EXISTS", product, table: name, key },
    `product ${product}, table ${name}: there is a row with the key ${key} already`,
    { cause },
  );
}

/** A row, a change or a key that does not fit its table. */
export function rowMalformed({ product, name }: TableShape, reason: string) {
  return new IndexerError(
    { code: "INDEXER_ROW_MALFORMED", product, table: name, reason },
    `product ${product}, table ${name}: ${reason}`,
  );
}

/** What PostgreSQL said of rows that were written later than the projection changed them. */
export function rowsRefused(shape: TableShape, error: unknown): IndexerError {
  const detail = detailOf(error);
  const taken = /^Key \((.*)\)=\((.*)\) already exists\.$/s.exec(detail);
  const keys = shape.keys.map(({ name }) => name).join(", ");
  if (taken?.[1] === keys) return rowExists(shape, taken[2] ?? "", error);
  const message = error instanceof Error ? error.message : String(error);
  const { product, name: table } = shape;
  const reason = detail === "" ? message : `${message} (${detail})`;
  return new IndexerError(
    isTrespass(error)
      ? { code: "INDEXER_PRODUCT_TRESPASSED", product, reason }
      : { code: "INDEXER_ROWS_REFUSED", product, table, reason },
    `product ${product}, table ${table}: its changes were refused: ${reason}`,
    { cause: error },
  );
}

function detailOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "detail" in cause && typeof cause.detail === "string"
    ? cause.detail
    : "";
}
