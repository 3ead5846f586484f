import { CodedError } from "@ghostchain/service";

export type EvmFault =
  | { code: "ADDRESS_MALFORMED"; text: string }
  | { code: "HASH_MALFORMED"; text: string }
  | { code: "WORLD_OF_ANOTHER_MACHINE" };

export class EvmError extends CodedError<EvmFault> {}
