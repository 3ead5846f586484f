import type { Address, Hex } from "viem";
import { describe, expect, expectTypeOf, it } from "vitest";
import { defineProduct } from "./define-product.ts";
import { loadProducts } from "./load-products.ts";
import type { BlockSql, ChainEvent, Product } from "./product.ts";

const abi = [
  {
    type: "event",
    name: "Sold",
    inputs: [
      { name: "buyer", type: "address", indexed: true },
      { name: "wei_", type: "uint256", indexed: false },
      { name: "count", type: "uint8", indexed: false },
      { name: "note", type: "bytes32", indexed: false },
    ],
  },
  { type: "event", name: "Closed", inputs: [] },
  { type: "function", name: "buy", inputs: [], outputs: [], stateMutability: "payable" },
] as const;
const address = "0x00000000000000000000000000000000000000aA" as Address;
const contracts = { Shop: { abi, address, startBlock: 0n } };

describe("defineProduct", () => {
  it("knows the arguments of every event, and refuses a key that names none", () => {
    const shop = defineProduct({
      name: "shop",
      contracts,
      projections: {
        "Shop:Sold": async (event, sql) => {
          expectTypeOf(event.args.buyer).toEqualTypeOf<Address>();
          expectTypeOf(event.args.wei_).toEqualTypeOf<bigint>();
          expectTypeOf(event.args.count).toEqualTypeOf<number>();
          expectTypeOf(event.args.note).toEqualTypeOf<Hex>();
          expectTypeOf(sql).toEqualTypeOf<BlockSql>();
        },
      },
    });
    expectTypeOf(shop).toEqualTypeOf<Product>();
    const refused = () =>
      // @ts-expect-error: the ABI has no such event
      defineProduct({ name: "shop", contracts, projections: { "Shop:Bought": async () => {} } });
    expect(refused).toThrow();
  });

  it("fills in what its author left out", () => {
    expect(defineProduct({ name: "shop", contracts })).toEqual({
      ...{ name: "shop", contracts, projections: {}, feed: {} },
      ...{ migrations: [], tables: [], routes: [], jobs: [] },
    });
  });

  it("knows the events of a factory and their addresses, and refuses a factory that is none", () => {
    const child = { abi, startBlock: 0n } as const;
    const made = { contract: "Shop", event: "Sold", parameter: "buyer" } as const;
    const mall = defineProduct({
      name: "mall",
      contracts: { ...contracts, Stall: { ...child, factory: made } },
      projections: {
        "Stall:Sold": async (event) => {
          expectTypeOf(event.args.buyer).toEqualTypeOf<Address>();
        },
      },
    });
    expect(Object.keys(mall.projections)).toEqual(["Stall:Sold"]);
    const refused = () =>
      defineProduct({
        name: "mall",
        // @ts-expect-error: the ABI's event has no such parameter
        contracts: { ...contracts, Stall: { ...child, factory: { ...made, parameter: "stall" } } },
      });
    expect(refused).toThrow(/stall/);
  });

  it("takes a contract whose ABI is not known to the compiler", () => {
    const loose: Product["contracts"] = contracts;
    const product = defineProduct({
      name: "shop",
      contracts: loose,
      feed: { "Shop:Closed": async (event: ChainEvent) => void event.args },
    });
    expect(Object.keys(product.feed)).toEqual(["Shop:Closed"]);
  });
});

/** A product whose second contract is made by the first, as `part` says. */
function childOf(part: object): Partial<Product> {
  const factory = { contract: "Shop", event: "Sold", parameter: "buyer", ...part };
  return { contracts: { ...contracts, Stall: { abi, startBlock: 0n, factory } } };
}

const valid: Product = defineProduct({ name: "shop", contracts });
const job = { name: "sweep", everyMs: 1_000, run: async () => {} };
const handler = async () => undefined;
const migration = (id: string) => ({ id, sql: "SELECT 1" });
const wrong: [string, Partial<Product>, string][] = [
  ["PRODUCT_NAME_INVALID", { name: "Shop" }, "a-z"],
  ["PRODUCT_NAME_INVALID", { name: "feed" }, "taken"],
  ["PRODUCT_NAME_INVALID", { name: "pg_shop" }, "taken"],
  ["PRODUCT_CONTRACT_INVALID", { contracts: { "a-b": contracts.Shop } }, "letters"],
  [
    "PRODUCT_CONTRACT_INVALID",
    { contracts: { Shop: { ...contracts.Shop, address: "0x12" } } },
    "0x12 is not an address",
  ],
  [
    "PRODUCT_CONTRACT_INVALID",
    { contracts: { Shop: { ...contracts.Shop, startBlock: -1n } } },
    "below 0",
  ],
  [
    "PRODUCT_CONTRACT_INVALID",
    { contracts: { Shop: { ...contracts.Shop, abi: [...abi, abi[1]] } } },
    "more than one event named Closed",
  ],
  ["PRODUCT_CHAIN_INVALID", { chain: "Other chain" }, "a chain's name"],
  [
    "PRODUCT_CONTRACT_INVALID",
    childOf({ contract: "Store" }),
    "Stall.*Store.*there is: Shop, Stall",
  ],
  ["PRODUCT_CONTRACT_INVALID", childOf({ contract: "Stall" }), "made by a factory itself"],
  ["PRODUCT_CONTRACT_INVALID", childOf({ event: "Bought" }), "no event Bought .*Sold, Closed"],
  ["PRODUCT_CONTRACT_INVALID", childOf({ parameter: "seller" }), "no parameter seller .*buyer"],
  ["PRODUCT_CONTRACT_INVALID", childOf({ parameter: "wei_" }), "as uint256, not as an address"],
  ["PRODUCT_EVENT_UNKNOWN", { projections: { "Store:Sold": handler } }, "there is: Shop"],
  ["PRODUCT_EVENT_UNKNOWN", { feed: { "Shop:Bought": handler } }, "there is: Sold, Closed"],
  ["PRODUCT_EVENT_UNKNOWN", { feed: { "toString:Sold": handler } }, "toString"],
  ["PRODUCT_TABLE_INVALID", { tables: ["shop.orders"] }, "without its schema"],
  ["PRODUCT_TABLE_INVALID", { tables: ["orders", "orders"] }, "twice"],
  ["PRODUCT_MIGRATION_INVALID", { migrations: [migration("2"), migration("1")] }, "after 2"],
  ["PRODUCT_MIGRATION_INVALID", { migrations: [migration("1"), migration("1")] }, "after 1"],
  ["PRODUCT_JOB_INVALID", { jobs: [{ ...job, everyMs: 0 }] }, "at least 10"],
  ["PRODUCT_JOB_INVALID", { jobs: [{ ...job, everyMs: Number.NaN }] }, "at least 10"],
  ["PRODUCT_JOB_INVALID", { jobs: [job, job] }, "two jobs"],
];

describe("loadProducts", () => {
  it.each(wrong.map(([code, part, said]) => ({ code, part, said })))(
    "refuses with $code, saying $said, and names the product",
    ({ code, part, said }) => {
      const product = { ...valid, ...part };
      expect(() => loadProducts([product])).toThrow(
        expect.objectContaining({
          fault: expect.objectContaining({ code, product: product.name }),
          message: expect.stringMatching(new RegExp(`product ${product.name}.*${said}`)),
        }),
      );
    },
  );

  it.each([
    [{ method: "POST" }, {}, "only a GET"],
    [{ auth: "required" }, {}, "only a GET that needs no login"],
    [{}, { maxAgeMs: 0 }, "maxAgeMs is above 0"],
  ])("refuses a cache that cannot be: %j with %j", (part, cache, said) => {
    const route = { method: "GET", path: "/orders", auth: "none", ...part, cache };
    const product = { ...valid, routes: [route as Product["routes"][number]] };
    expect(() => loadProducts([product])).toThrow(
      expect.objectContaining({
        ...{ code: "PRODUCT_ROUTE_INVALID" },
        message: expect.stringContaining(said),
      }),
    );
  });

  it("refuses two products of one name, and two that serve the same path", () => {
    const route = { method: "GET", path: "/orders/:id" } as Product["routes"][number];
    const one = { ...valid, routes: [route] };
    const two = { ...valid, name: "other", routes: [{ ...route, path: "/orders/:order" }] };
    expect(() => loadProducts([valid, valid])).toThrow(
      expect.objectContaining({ code: "PRODUCT_DUPLICATE" }),
    );
    expect(() => loadProducts([one, two])).toThrow(
      expect.objectContaining({
        fault: expect.objectContaining({
          ...{ code: "PRODUCT_ROUTE_DUPLICATE", product: "other", other: "shop" },
        }),
      }),
    );
    expect(loadProducts([one, { ...two, routes: [] }])).toHaveLength(2);
  });
});
