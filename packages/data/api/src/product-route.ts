import type { Product, ProductRoute, RouteContext } from "@ghostchain/product";
import type { ApiRoute } from "./api-route.ts";
import type { DataVersions } from "./data-versions.ts";

/** A product's routes, as the API mounts its own. */
export function productRoutes(
  product: Product,
  context: RouteContext,
  versions: DataVersions,
): ApiRoute[] {
  return product.routes.map(({ cache, ...route }) => ({
    ...route,
    ...(cache ? { cache: { ...cache, version: versions.of(cache.version) } } : {}),
    ...describe(route),
    tag: product.name,
    access: { auth: route.auth, budget: "usual" },
    ...(route.limit
      ? { limit: { ...route.limit, budget: `${product.name}.${route.limit.budget}` } }
      : {}),
    private: route.auth === "required",
    handle: ({ params, query, body, session }) =>
      route.handle({ params, query, body, user: session?.address }, context),
  }));
}

/** The description, with a table of what the route refuses. */
function describe({ description, refusals = [] }: ProductRoute): { description?: string } {
  const lines = refusals.map(({ status, code, when }) => `| ${status} | \`${code}\` | ${when} |`);
  const table = ["| status | code | when |", "|---|---|---|", ...lines].join("\n");
  const parts = [description, refusals.length > 0 ? table : undefined];
  const text = parts.filter((part) => part !== undefined).join("\n\n");
  return text === "" ? {} : { description: text };
}
