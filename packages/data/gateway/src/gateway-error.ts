import { CodedError } from "@ghostchain/service";

export type GatewayFault =
  | { code: "GATEWAY_PORT_IN_USE"; host: string; port: number }
  | { code: "GATEWAY_CANNOT_LISTEN"; host: string; port: number; reason: string };

export class GatewayError extends CodedError<GatewayFault> {}
