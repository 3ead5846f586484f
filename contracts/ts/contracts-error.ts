import { CodedError } from "@ghostchain/service";

export type ContractsFault =
  /** solc refused the sources; the message has what it said. */
  | { code: "CONTRACTS_COMPILE_FAILED"; errors: number }
  /** solc itself did not run. */
  | { code: "CONTRACTS_COMPILER_BROKEN" }
  | { code: "CONTRACTS_ARTIFACT_MALFORMED"; file: string };

export class ContractsError extends CodedError<ContractsFault> {}
