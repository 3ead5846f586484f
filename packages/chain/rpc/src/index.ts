export type {
  AccountHolder,
  AccountProof,
  BlockOverride,
  BlockReference,
  CallOutcome,
  CallRequest,
  DevControl,
  ForkActivation,
  HeadEvent,
  PoolView,
  RpcBackend,
  StateOverride,
  TransactionRequest,
} from "./backend.ts";
export {
  createRpcDispatcher,
  type DispatcherDeps,
  type DispatcherOptions,
  type RpcDispatcher,
} from "./dispatcher.ts";
export type { RpcEnvironment } from "./environment.ts";
export type { JsonRpcId, JsonRpcResponse } from "./json-rpc.ts";
export { DEFAULT_LIMITS, type RpcLimits } from "./limits.ts";
export {
  type MethodTable,
  method,
  optional,
  type Parameter,
  type Reader,
  type RpcMethod,
  required,
} from "./method.ts";
export {
  createProvider,
  type MessageListener,
  type ProviderMessage,
  type ProviderRequest,
  ProviderRpcError,
  type RpcProvider,
} from "./provider.ts";
export { type JsonRpcError, RpcError, type RpcFault } from "./rpc-error.ts";
export {
  createRpcServer,
  type RpcServer,
  type RpcServerDeps,
  type RpcServerOptions,
} from "./server/rpc-server.ts";
export { RpcSession } from "./session.ts";
