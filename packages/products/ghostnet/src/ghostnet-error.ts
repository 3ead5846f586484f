import { CodedError } from "@ghostchain/service";

/** Faults with a `status` are answers of the API. */
export type GhostnetFault = UserFault | CrewFault | TypingFault | BoostFault;

type UserFault = { readonly code: "USER_UNKNOWN"; readonly status: 404; readonly address: string };

type CrewFault =
  | { readonly code: "CREW_NAME_INVALID"; readonly status: 400; readonly reason: string }
  | { readonly code: "CREW_UNKNOWN"; readonly status: 404; readonly crewId: string }
  | { readonly code: "CREW_NAME_TAKEN"; readonly status: 409; readonly name: string }
  /** One crew a user. */
  | { readonly code: "CREW_ALREADY_MEMBER"; readonly status: 409 }
  | { readonly code: "CREW_NOT_MEMBER"; readonly status: 409; readonly crewId: string };

type TypingFault =
  | { readonly code: "TYPING_CHALLENGE_UNKNOWN"; readonly status: 404 }
  /** It was given to somebody else. */
  | { readonly code: "TYPING_CHALLENGE_FOREIGN"; readonly status: 403 }
  | { readonly code: "TYPING_CHALLENGE_USED"; readonly status: 409 }
  | { readonly code: "TYPING_CHALLENGE_EXPIRED"; readonly status: 410 }
  | { readonly code: "TYPING_TOO_MANY_CHALLENGES"; readonly status: 429 }
  | {
      readonly code: "TYPING_TOO_MANY_GAMES";
      readonly status: 429;
      readonly retryAfterSeconds: number;
    }
  | JudgedFault;

/** What is wrong with a game that was handed in. */
export type JudgedFault =
  | { readonly code: "TYPING_TIMESTAMP_OLD"; readonly status: 422; readonly offMs: number }
  | { readonly code: "TYPING_TIMESTAMP_FUTURE"; readonly status: 422; readonly offMs: number }
  | { readonly code: "TYPING_TIMELINE_INVALID"; readonly status: 422; readonly reason: string }
  | { readonly code: "TYPING_WPM_IMPLAUSIBLE"; readonly status: 422; readonly wpm: number }
  | { readonly code: "TYPING_DURATION_MISMATCH"; readonly status: 422; readonly foundMs: number }
  | { readonly code: "TYPING_CLAIM_MISMATCH"; readonly status: 422; readonly field: string }
  | { readonly code: "TYPING_MACHINE_LIKE"; readonly status: 422 };

type BoostFault =
  /** The contract takes boosts for live positions only. */
  | { readonly code: "BOOST_NEEDS_POSITION"; readonly status: 409 }
  /** None of our keys is the one that the contract trusts now. */
  | { readonly code: "BOOST_SIGNER_MISSING"; readonly status: 503 }
  /** The chain did not say whom the contract trusts. */
  | {
      readonly code: "BOOST_SIGNER_UNREADABLE";
      readonly status: 503;
      readonly reason: string;
    }
  /** At the start of a process; never with what the file or the variable holds. */
  | { readonly code: "BOOST_KEYS_INVALID"; readonly where: string; readonly reason: string };

export class GhostnetError extends CodedError<GhostnetFault> {}
