import type { Row, Sql, SqlValue } from "@ghostchain/database";
import type { Column } from "./introspect.ts";
import { quoted } from "./model.ts";

/** The text of a statement as it grows, and its parameters: what clients gave is never in the text. */
export class Statement {
  readonly #parameters: SqlValue[] = [];

  /** @returns the parameter's place in the text, cast to what `column` holds */
  value(column: Column, text: string): string {
    return this.#add(text) + column.casts.map((cast) => `::${cast}`).join("");
  }

  values(column: Column, texts: readonly string[]): string {
    return this.#add(texts) + column.casts.map((cast) => `::${cast}[]`).join("");
  }

  run<R extends Row>(sql: Sql, text: string): Promise<R[]> {
    // clients make too many different texts for each to be kept prepared
    return sql.query<R>(text, this.#parameters, { prepare: false });
  }

  #add(value: SqlValue): string {
    this.#parameters.push(value);
    return `$${this.#parameters.length}`;
  }
}

/** A column of the table that every statement calls `t`. */
export function inTable(column: Pick<Column, "name">): string {
  return `t.${quoted(column.name)}`;
}
