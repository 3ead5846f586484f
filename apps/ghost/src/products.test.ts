import { defineProduct, type ProductContext } from "@ghostchain/product";
import { describe, expect, it } from "vitest";
import { createProducts } from "./products.ts";

const DEV = { chainId: 31_337, isDev: true };
const shop = defineProduct({ name: "shop", contracts: {} });

describe("createProducts", () => {
  it("makes products, and knows where their contracts will be", async () => {
    const market = async ({ deploy }: ProductContext) =>
      defineProduct({
        name: "market",
        contracts: {
          Market: {
            abi: [],
            address: deploy({ name: "Market", initCode: "0x60006000f3" }),
            startBlock: 0n,
          },
        },
      });
    const { products, deployments } = await createProducts([shop], { products: [market] }, DEV);
    expect(products.map(({ name }) => name)).toEqual(["shop", "market"]);
    const address = products[1]?.contracts.Market?.address;
    expect(deployments).toEqual([
      { product: "market", name: "Market", address, data: expect.stringMatching(/60006000f3$/) },
    ]);
  });

  it("names the product that could not be made", async () => {
    const broken = () => {
      throw new Error("no such table");
    };
    const attempt = createProducts([], { products: [broken] }, DEV);
    await expect(attempt).rejects.toThrow("product broken: it could not be made: no such table");
    await expect(attempt).rejects.toMatchObject({ code: "PRODUCT_BROKEN" });
  });

  it("refuses two products of one name", async () => {
    const attempt = createProducts([shop], { products: [shop] }, DEV);
    await expect(attempt).rejects.toMatchObject({ code: "PRODUCT_DUPLICATE" });
  });

  it("deploys nothing on a chain that is no dev chain", async () => {
    const market = ({ deploy }: ProductContext) => {
      deploy({ name: "Market", initCode: "0x00" });
      return shop;
    };
    const attempt = createProducts([], { products: [market] }, { chainId: 1, isDev: false });
    await expect(attempt).rejects.toThrow(/^product market: chain 1 is no dev chain, so Market/);
  });
});
