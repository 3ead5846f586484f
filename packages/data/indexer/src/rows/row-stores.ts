import type { Sql } from "@ghostchain/database";
import type { Product } from "@ghostchain/product";
import { type RowSql, RowStore, type RowStoreSettings } from "./row-store.ts";

/** The row stores of all products that one writer derives. */
export class RowStores {
  readonly #stores: ReadonlyMap<Product, RowStore>;

  private constructor(stores: ReadonlyMap<Product, RowStore>) {
    this.#stores = stores;
  }

  /** @throws {IndexerError} `INDEXER_TABLE_UNSUPPORTED` */
  static async open(
    sql: Sql,
    products: readonly Product[],
    settings?: Partial<RowStoreSettings>,
  ): Promise<RowStores> {
    const stores = new Map<Product, RowStore>();
    for (const product of products)
      stores.set(product, await RowStore.open(sql, product, settings));
    return new RowStores(stores);
  }

  of(product: Product): RowStore {
    const store = this.#stores.get(product);
    if (store === undefined) throw new Error(`product ${product.name} has no row store`);
    return store;
  }

  /** From here on all rows are read and written by `sql`. */
  async begin(sql: RowSql): Promise<void> {
    for (const store of this.#stores.values()) await store.begin(sql);
  }

  /** Whether a statement may read a row of any of these tables that waits to be written. */
  areReadBy(text: string): boolean {
    return [...this.#stores.values()].some((store) => store.isReadBy(text));
  }

  /** Sends all changes that wait. */
  flush(): void {
    for (const store of this.#stores.values()) store.flush();
  }

  /** Forgets all rows: tables were changed by others, or the transaction failed. */
  reset(): void {
    for (const store of this.#stores.values()) store.reset();
  }
}
