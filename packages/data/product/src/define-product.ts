import type { Sql } from "@ghostchain/database";
import type { ContractEventArgsFromTopics, ContractEventName } from "viem";
import type { BlockSql, ChainEvent, FeedDraft, Product, ProductContract } from "./product.ts";
import { validateProduct } from "./validate-product.ts";

type Contracts = Readonly<Record<string, ProductContract>>;

/** `Contract:Event` for every event in the contracts' ABIs. */
type EventKey<C extends Contracts> = {
  [N in keyof C & string]: `${N}:${ContractEventName<C[N]["abi"]>}`;
}[keyof C & string];

/** The event that a key names, with the arguments that its ABI declares. */
type EventOf<C extends Contracts, Key extends string> = Key extends `${infer N}:${infer Event}`
  ? N extends keyof C
    ? Event extends ContractEventName<C[N]["abi"]>
      ? ChainEvent<ContractEventArgsFromTopics<C[N]["abi"], Event>>
      : ChainEvent
    : ChainEvent
  : ChainEvent;

type Handlers<C extends Contracts, S extends Sql, Result> = {
  readonly [Key in EventKey<C>]?: (event: EventOf<C, Key>, sql: S) => Promise<Result>;
};

/** A product as its author writes it: what it does not have may be left out. */
export interface ProductDefinition<C extends Contracts>
  extends Partial<Omit<Product, "name" | "contracts" | "projections" | "feed">> {
  readonly name: string;
  readonly contracts: C;
  readonly projections?: Handlers<C, BlockSql, void>;
  readonly feed?: Handlers<C, Sql, FeedDraft | undefined>;
}

/**
 * A product from its parts. With ABIs that are `as const`, the compiler knows every event's arguments and refuses a
 * key that names none.
 *
 * @throws {ProductError} what `validateProduct` finds wrong
 */
export function defineProduct<const C extends Contracts>(
  definition: ProductDefinition<C>,
): Product {
  const product: Product = {
    migrations: [],
    tables: [],
    routes: [],
    jobs: [],
    ...definition,
    projections: (definition.projections ?? {}) as Product["projections"],
    feed: (definition.feed ?? {}) as Product["feed"],
  };
  validateProduct(product);
  return product;
}
