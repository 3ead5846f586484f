export {
  createGateway,
  GATEWAY_PATH,
  type Gateway,
  type GatewayOptions,
  type GatewayParts,
} from "./gateway.ts";
export { GatewayError, type GatewayFault } from "./gateway-error.ts";
export { DEFAULT_LIMITS, type GatewayLimits } from "./limits.ts";
