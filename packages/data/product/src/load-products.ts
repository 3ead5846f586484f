import type { Product } from "./product.ts";
import { ProductError } from "./product-error.ts";
import { firstRepeated, validateProduct } from "./validate-product.ts";

/**
 * Any number of products as one set: each valid, no two in each other's way.
 *
 * @throws {ProductError} as `validateProduct`; `PRODUCT_DUPLICATE`, `PRODUCT_ROUTE_DUPLICATE`
 */
export function loadProducts(products: readonly Product[]): readonly Product[] {
  for (const product of products) validateProduct(product);
  const twice = firstRepeated(products.map((product) => product.name));
  if (twice !== undefined)
    throw new ProductError(
      { code: "PRODUCT_DUPLICATE", product: twice },
      `product ${twice}: two products have this name`,
    );
  requireDistinctRoutes(products);
  return Object.freeze([...products]);
}

function requireDistinctRoutes(products: readonly Product[]): void {
  const owners = new Map<string, string>();
  for (const product of products) {
    for (const { method, path } of product.routes) {
      // Two paths that differ only in the name of a parameter answer the same requests.
      const route = `${method} ${path.replace(/:[^/]+/g, ":")}`;
      const other = owners.get(route);
      if (other !== undefined)
        throw new ProductError(
          {
            code: "PRODUCT_ROUTE_DUPLICATE",
            product: product.name,
            route: `${method} ${path}`,
            other,
          },
          `product ${product.name}: ${method} ${path} is already served by ${other}`,
        );
      owners.set(route, product.name);
    }
  }
}
