import type { Product } from "@ghostchain/product";

/** A product that does nothing but count. */
export const countedProduct: Product = {
  ...{ name: "shop", contracts: {}, migrations: [], tables: [], projections: {}, feed: {} },
  ...{ routes: [], jobs: [] },
  analytics: {
    passive: ["LOST"],
    reports: {
      volume: {
        summary: "What was sold",
        levels: ["LOW", "HIGH"],
        sums: {
          sold: { about: "sold", of: { SOLD: (event) => event.amount } },
          fees: {
            about: "fees",
            of: { SOLD: (event) => event.fee, LOST: (event) => event.amount },
          },
        },
      },
    },
  },
};
