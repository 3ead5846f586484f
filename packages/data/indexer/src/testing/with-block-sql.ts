import type { Sql } from "@ghostchain/database";
import type { BlockSql, Product } from "@ghostchain/product";
import { ProductSql, TransactionSql } from "../block-sql.ts";
import { RowStores } from "../rows/row-stores.ts";

/**
 * Runs a projection or a feed mapper of `product` in the transaction `sql` as the indexer does, for a product's own
 * tests. When it resolves, everything is in the tables.
 */
export function withBlockSql<T>(
  sql: Sql,
  product: Product,
  work: (sql: BlockSql) => Promise<T>,
): Promise<T> {
  return TransactionSql.run(sql, async (transaction) => {
    const rows = await RowStores.open(transaction, [product]);
    await rows.begin(transaction);
    const result = await work(new ProductSql(transaction, rows, product));
    rows.flush();
    await transaction.answered();
    return result;
  });
}
