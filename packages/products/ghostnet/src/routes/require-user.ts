import assert from "node:assert/strict";
import type { RouteRequest } from "@ghostchain/product";
import type { Address } from "viem";

/** Who is logged in, for a route whose `auth` is `required`: there the API lets nobody else in. */
export function requireUser({ user }: RouteRequest): Address {
  assert(user !== undefined, "a route that needs a user must say so in its auth");
  return user;
}
