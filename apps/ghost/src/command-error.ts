import { CodedError } from "@ghostchain/service";

export type CommandFault =
  | { code: "FLAG_UNKNOWN"; reason: string }
  | { code: "COMMAND_UNKNOWN"; command: string }
  | { code: "DATA_DIRECTORY_FOREIGN"; directory: string; found: string }
  | { code: "DATA_DIRECTORY_VERSION"; directory: string; found: string; expected: string }
  | { code: "DATA_DIRECTORY_UNUSABLE"; directory: string }
  | { code: "RPC_UNREACHABLE"; url: string }
  | { code: "DIRECTORY_NOT_EMPTY"; directory: string }
  | { code: "NOTHING_STORED"; directory: string }
  | { code: "FILE_UNUSABLE"; file: string; reason: string }
  | { code: "TABLES_DIFFER"; chains: readonly string[] }
  | { code: "CONFIG_FILE_MISSING"; file: string }
  | { code: "CONFIG_FILE_BROKEN"; file: string; reason: string }
  | { code: "DEPLOYMENT_FAILED"; product: string; contract: string }
  | { code: "CHAIN_ID_DIFFERS"; expected: number; answered: number }
  | { code: "STATUS_CANNOT_LISTEN"; host: string; port: number }
  | { code: "CONTRACTS_UNKNOWN"; chainId: number };

/** What ends a command with one line for a person. */
export class CommandError extends CodedError<CommandFault> {}
