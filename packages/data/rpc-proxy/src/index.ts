export type { AnswerStore } from "./answer-store.ts";
export type { BudgetHolder, PerMinute } from "./budgets.ts";
export type { RpcCaller } from "./call-desk.ts";
export type { MethodNames } from "./method-policy.ts";
export type { MethodWeight } from "./method-table.ts";
export type { RedisStoreSettings } from "./redis-store.ts";
export { DEFAULT_RPC_PROXY_LIMITS, type RpcProxyLimits } from "./rpc-limits.ts";
export {
  createRpcProxy,
  type RpcProxy,
  type RpcProxyOptions,
  type RpcProxyParts,
  type RpcReply,
} from "./rpc-proxy.ts";
export { RpcProxyError, type RpcProxyFault } from "./rpc-proxy-error.ts";
export type { Eip1193Provider } from "./upstream/provider-upstream.ts";
