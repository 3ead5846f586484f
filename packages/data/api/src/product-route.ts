import type { Product, RouteContext } from "@ghostchain/product";
import type { ApiRoute } from "./api-route.ts";

/** A product's routes, as the API mounts its own. */
export function productRoutes(product: Product, context: RouteContext): ApiRoute[] {
  return product.routes.map((route) => ({
    ...route,
    tag: product.name,
    access: { auth: route.auth, budget: "usual" },
    private: route.auth === "required",
    handle: ({ params, query, body, session }) =>
      route.handle({ params, query, body, user: session?.address }, context),
  }));
}
