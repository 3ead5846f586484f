import { CodedError } from "@ghostchain/service";

/** Faults with a `status` are answers of the API. */
export type GhostnetFault = UserFault | CrewFault;

type UserFault = { readonly code: "USER_UNKNOWN"; readonly status: 404; readonly address: string };

type CrewFault =
  | { readonly code: "CREW_NAME_INVALID"; readonly status: 400; readonly reason: string }
  | { readonly code: "CREW_UNKNOWN"; readonly status: 404; readonly crewId: string }
  | { readonly code: "CREW_NAME_TAKEN"; readonly status: 409; readonly name: string }
  /** One crew a user. */
  | { readonly code: "CREW_ALREADY_MEMBER"; readonly status: 409 }
  | { readonly code: "CREW_NOT_MEMBER"; readonly status: 409; readonly crewId: string };

export class GhostnetError extends CodedError<GhostnetFault> {}
