import { completeOrder, decodeCursor, encodeCursor, type OrderStep } from "./cursor.ts";
import { GraphqlError } from "./graphql-error.ts";
import type { Model } from "./model.ts";
import {
  type Anchor,
  type RowLoader,
  type Selection,
  type StoredRow,
  textOf,
} from "./row-loader.ts";
import type { Where } from "./where.ts";

export const FIRST_DEFAULT = 20;
export const FIRST_MAX = 100;
const ORDER_STEPS_MAX = 4;

/** Arguments of a list, as GraphQL has checked them. */
export interface PageArguments {
  readonly where?: Where | null;
  readonly orderBy?: readonly { field: OrderStep["column"]; direction: boolean }[] | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

/** One page of a list. Nothing is read before a field of it is asked for. */
export class Page {
  readonly model: Model;
  readonly #selection: Selection;
  readonly #first: number;
  readonly #anchor: Anchor | undefined;
  readonly #loader: RowLoader;
  #reading: Promise<StoredRow[]> | undefined;

  /** @throws {GraphqlError} `GRAPHQL_ARGUMENT_INVALID`, `GRAPHQL_CURSOR_INVALID` */
  constructor(model: Model, given: PageArguments, loader: RowLoader, anchor?: Anchor) {
    const order = completeOrder(model, orderOf(given));
    const after = given.after ?? undefined;
    this.model = model;
    this.#first = firstOf(given);
    this.#anchor = anchor;
    this.#loader = loader;
    this.#selection = {
      ...{ model, order, where: given.where ?? undefined },
      after: after === undefined ? undefined : decodeCursor(model, order, after),
      // one more tells whether there is more
      limit: this.#first + 1,
    };
  }

  async rows(): Promise<StoredRow[]> {
    return (await this.#read()).slice(0, this.#first);
  }

  async hasNext(): Promise<boolean> {
    return (await this.#read()).length > this.#first;
  }

  count(): Promise<number> {
    return this.#loader.count(this.#selection, this.#anchor);
  }

  cursorOf(row: StoredRow): string {
    const { order } = this.#selection;
    const place = order.map(({ column }) => textOf(this.model, row, column.name));
    return encodeCursor(this.model, order, place);
  }

  #read(): Promise<StoredRow[]> {
    this.#reading ??= this.#loader.rows(this.#selection, this.#anchor);
    return this.#reading;
  }
}

/** @throws {GraphqlError} `GRAPHQL_ARGUMENT_INVALID` */
export function firstOf({ first }: PageArguments): number {
  const count = first ?? FIRST_DEFAULT;
  if (count >= 0 && count <= FIRST_MAX) return count;
  throw new GraphqlError(
    { code: "GRAPHQL_ARGUMENT_INVALID", argument: "first" },
    `first is 0 to ${FIRST_MAX}; go on from there with after`,
  );
}

export function orderOf({ orderBy }: PageArguments): OrderStep[] {
  const steps = (orderBy ?? []).map(({ field, direction }) => ({
    column: field,
    descending: direction,
  }));
  if (steps.length <= ORDER_STEPS_MAX) return steps;
  throw new GraphqlError(
    { code: "GRAPHQL_ARGUMENT_INVALID", argument: "orderBy" },
    `orderBy has at most ${ORDER_STEPS_MAX} steps`,
  );
}
