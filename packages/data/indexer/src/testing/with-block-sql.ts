import type { Sql } from "@ghostchain/database";
import type { BlockSql, Product } from "@ghostchain/product";
import { ProductSql, TransactionSql } from "../block-sql.ts";
import { RowStore } from "../rows/row-store.ts";

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
    const store = await RowStore.open(transaction, product);
    await store.begin(transaction);
    const result = await work(new ProductSql(transaction, store));
    store.flush();
    await transaction.answered();
    return result;
  });
}
