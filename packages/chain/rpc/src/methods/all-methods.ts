import type { RpcEnvironment } from "../environment.ts";
import { type MethodTable, method } from "../method.ts";
import { accountMethods } from "./accounts.ts";
import { blockMethods } from "./blocks.ts";
import { debugMethods } from "./debug.ts";
import { devMiningMethods } from "./dev-mining.ts";
import { devNodeMethods } from "./dev-node.ts";
import { devStateMethods } from "./dev-state.ts";
import { executionMethods } from "./execution.ts";
import { feeMethods } from "./fees.ts";
import { logMethods } from "./logs.ts";
import { networkMethods } from "./network.ts";
import { poolMethods } from "./pool.ts";
import { stateMethods } from "./state.ts";
import { subscribeMethods } from "./subscribe.ts";
import { transactionMethods } from "./transactions.ts";

/** Every method of this package: those open to all, and those that control a dev chain. */
export function allMethods(environment: RpcEnvironment): { open: MethodTable; dev: MethodTable } {
  const { backend } = environment;
  const open: MethodTable = {
    ...networkMethods(environment),
    ...blockMethods(environment),
    ...transactionMethods(environment),
    ...stateMethods(environment),
    ...executionMethods(environment),
    ...feeMethods(environment),
    ...logMethods(environment),
    ...subscribeMethods(environment),
    ...accountMethods(environment),
    ...poolMethods(environment),
    ...debugMethods(environment),
  };
  const dev: MethodTable = backend.dev
    ? {
        ...devMiningMethods(backend, backend.dev),
        ...devStateMethods(environment, backend.dev),
        ...devNodeMethods(backend),
      }
    : {};
  const modules = modulesOf([...Object.keys(open), ...Object.keys(dev)]);
  return { open: { ...open, rpc_modules: method([], () => modules) }, dev };
}

/** `eth`, `net` and so on, each with its version. */
function modulesOf(methodNames: readonly string[]): Record<string, string> {
  const names = methodNames.map((name) => name.slice(0, name.indexOf("_")));
  return Object.fromEntries([...new Set(names), "rpc"].map((name) => [name, "1.0"]));
}
