export { type Api, type ApiOptions, type ApiParts, createApi } from "./api.ts";
export { ApiError, type ApiFault, type RequestIssue } from "./api-error.ts";
export type { ChainProvider, ChainSource } from "./chain-call.ts";
export { createSignatureCheck, type SignatureCheckOptions } from "./contract-signature.ts";
export {
  DEFAULT_REQUEST_LIMITS,
  LOOPBACK_REQUEST_LIMITS,
  type RequestLimits,
} from "./limit-requests.ts";
export type { SignatureCheck } from "./login-signature.ts";
export { type NetworkInfo, reachableFrom } from "./network-route.ts";
export { ownOrigins } from "./own-origins.ts";
