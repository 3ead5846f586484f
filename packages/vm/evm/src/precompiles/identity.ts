import type { Precompile } from "../precompile.ts";
import { wordCountOf } from "./call-input.ts";

/** Returns its input: once the cheapest way to copy memory. */
export const identity: Precompile = {
  name: "identity",
  since: "frontier",
  gas: (input) => 15n + 3n * wordCountOf(input),
  run: (input) => input.slice(),
};
