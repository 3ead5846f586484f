import type { Sql } from "@ghostchain/database";
import type { Product } from "@ghostchain/product";
import { IndexerError } from "../indexer-error.ts";
import { rowsRefused } from "./row-error.ts";
import { type RowOwner, TableRows } from "./table-rows.ts";
import { readShapes, readViews, type TableShape } from "./table-shape.ts";
import { quote, sendDeletes, sendPuts } from "./write-changes.ts";

/** A transaction that takes statements without waiting for their answers. */
export interface RowSql {
  /** What a product sends by it may change rows of its own schema alone, also by what its tables compute. */
  as(product: string): Sql;
  later(sent: Promise<unknown>): void;
}

export interface RowStoreSettings {
  /** Rows kept of each table; twice as many at most. */
  readonly cachedRows: number;
  /** When so many changes wait they are sent: rows that change often are written once for all that. */
  readonly waitingMax: number;
}

const DEFAULTS: RowStoreSettings = { cachedRows: 65_536, waitingMax: 32_768 };

/**
 * The rows of one product's listed tables that were used lately, and their changes that wait to be written. The single
 * writer is the only one that writes these tables, so rows stay true between transactions; whoever changes tables
 * otherwise (an undo, a failed transaction, raw SQL) must `drop` them.
 */
export class RowStore implements RowOwner {
  readonly product: Product;
  readonly #settings: RowStoreSettings;
  readonly #tables: readonly TableRows[];
  readonly #byName: ReadonlyMap<string, TableRows>;
  readonly #mentions: RegExp;
  #own: Sql | undefined;
  #later: RowSql["later"] = () => {};
  #waiting = 0;
  /** Whether tables are empty is not known. */
  #unsure = true;

  private constructor(
    product: Product,
    shapes: readonly TableShape[],
    views: readonly string[],
    settings: RowStoreSettings,
  ) {
    this.product = product;
    this.#settings = settings;
    this.#tables = shapes.map((shape) => new TableRows(shape, this, settings.cachedRows));
    this.#byName = new Map(this.#tables.map((table) => [table.shape.name, table]));
    this.#mentions = mentionOf([...this.#byName.keys(), ...views]);
  }

  /** @throws {IndexerError} `INDEXER_TABLE_UNSUPPORTED` */
  static async open(
    sql: Sql,
    product: Product,
    settings: Partial<RowStoreSettings> = {},
  ): Promise<RowStore> {
    const shapes = await readShapes(sql, product);
    const views = await readViews(sql, product);
    return new RowStore(product, shapes, views, { ...DEFAULTS, ...settings });
  }

  get sql(): Sql {
    if (this.#own === undefined) throw new Error("rows are used outside of a transaction");
    return this.#own;
  }

  /** From here on rows are read and written by `sql`. */
  async begin(sql: RowSql): Promise<void> {
    this.#own = sql.as(this.product.name);
    this.#later = (sent) => sql.later(sent);
    if (!this.#unsure || this.#tables.length === 0) return;
    const asked = this.#tables.map(({ shape }, i) => {
      return `NOT EXISTS (SELECT FROM ${quote(shape.product)}.${quote(shape.name)}) AS e${i}`;
    });
    const [empty] = await this.sql.query(`SELECT ${asked.join(", ")}`, []);
    for (const [i, table] of this.#tables.entries())
      table.clear({ empty: empty?.[`e${i}`] === true });
    this.#unsure = false;
  }

  /** @throws {IndexerError} `INDEXER_TABLE_NOT_LISTED` */
  table(name: string): TableRows {
    const table = this.#byName.get(name);
    if (table !== undefined) return table;
    const product = this.product.name;
    throw new IndexerError(
      { code: "INDEXER_TABLE_NOT_LISTED", product, table: name },
      `product ${product} does not list a table ${name}: its tables are ${this.product.tables.join(", ") || "none"}`,
    );
  }

  /** Whether a statement may read one of the tables, by itself or by a view. */
  isReadBy(text: string): boolean {
    return this.#mentions.test(text);
  }

  /** Sends what waits: rows that others may reference first, and what they referenced last. */
  flush(): void {
    if (this.#waiting === 0) return;
    this.#waiting = 0;
    const { sql } = this;
    const taken = this.#tables
      .filter(({ waiting }) => waiting > 0)
      .map((table) => ({ shape: table.shape, changes: table.take() }));
    const sendOf = (shape: TableShape) => (sent: Promise<unknown>) =>
      this.#later(
        sent.catch((error: unknown) => {
          throw rowsRefused(shape, error);
        }),
      );
    for (const { shape, changes } of taken) sendPuts(sql, shape, changes, sendOf(shape));
    for (const { shape, changes } of taken.toReversed())
      sendDeletes(sql, shape, changes, sendOf(shape));
    for (const table of this.#tables) table.trim();
  }

  /** Forgets all rows: another than this store has changed the tables. What waits is lost. */
  drop(): void {
    this.#waiting = 0;
    for (const table of this.#tables) table.clear({ empty: false });
  }

  /** The same, and whether the tables are empty is asked again when the next transaction begins. */
  reset(): void {
    this.drop();
    this.#unsure = true;
  }

  changed(): void {
    this.#waiting += 1;
    if (this.#waiting >= this.#settings.waitingMax) this.flush();
  }
}

function mentionOf(names: readonly string[]): RegExp {
  const escaped = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return escaped.length === 0 ? /(?!)/ : new RegExp(`(?:${escaped.join("|")})`, "i");
}
