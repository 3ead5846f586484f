import type { MethodTable, RpcMethod } from "../method.ts";

/** One method under the several names that tools know it by. */
export function underNames(
  names: readonly string[],
  create: (name: string) => RpcMethod,
): MethodTable {
  return Object.fromEntries(names.map((name) => [name, create(name)]));
}
