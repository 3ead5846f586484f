import type { Sql } from "@ghostchain/database";
import type { Abi, Address, ContractEventArgsFromTopics, ContractEventName } from "viem";
import type {
  BlockSql,
  ChainEvent,
  FeedDraft,
  Product,
  ProductContract,
  RowSql,
} from "./product.ts";
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

type AddressParameter<A extends Abi, Event> = Abi extends A
  ? string
  : Event extends ContractEventName<A>
    ? KeysOfType<ContractEventArgsFromTopics<A, Event>, Address>
    : never;
type KeysOfType<Args, Wanted> = {
  [P in keyof Args & string]: Args[P] extends Wanted ? P : never;
}[keyof Args & string];

/** Every event of a contract of these that could tell of a child. */
type FactoryOf<C extends Contracts> = {
  [N in keyof C & string]: {
    [Event in ContractEventName<C[N]["abi"]>]: {
      readonly contract: N;
      readonly event: Event;
      readonly parameter: AddressParameter<C[N]["abi"], Event>;
    };
  }[ContractEventName<C[N]["abi"]>];
}[keyof C & string];

type WithFactories<C extends Contracts> = {
  readonly [N in keyof C]: C[N] extends { readonly factory: object }
    ? { readonly factory: FactoryOf<C> }
    : unknown;
};

/** A product as its author writes it: what it does not have may be left out. */
export interface ProductDefinition<C extends Contracts>
  extends Partial<Omit<Product, "name" | "contracts" | "projections" | "feed">> {
  readonly name: string;
  readonly contracts: C & WithFactories<C>;
  readonly projections?: Handlers<C, BlockSql, void>;
  readonly feed?: Handlers<C, RowSql, FeedDraft | undefined>;
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
