import { CodedError } from "@ghostchain/service";

/** Faults with a `status` are answers of the API. */
export type GhostnetFault = {
  readonly code: "USER_UNKNOWN";
  readonly status: 404;
  readonly address: string;
};

export class GhostnetError extends CodedError<GhostnetFault> {}
