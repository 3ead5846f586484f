import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Abi } from "viem";
import { ContractsError } from "./contracts-error.ts";
import { CONTRACTS_ROOT } from "./solidity-project.ts";

/** By source unit, then by contract. */
export type SolcContracts = Readonly<Record<string, Readonly<Record<string, SolcContract>>>>;

interface SolcContract {
  readonly abi: Abi;
  readonly evm: { readonly bytecode: Code; readonly deployedBytecode: Code };
}

interface Code {
  readonly object: string;
}

interface SolcOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: SolcContracts;
}

const WRAPPER = join(CONTRACTS_ROOT, "tools/solc-wrapper.mjs");

/**
 * Compiles with npm's solc, in a process of its own. Imports are files relative to `directory`, or of npm packages.
 *
 * @param input - solc's standard JSON
 * @throws {ContractsError} `CONTRACTS_COMPILE_FAILED` with solc's messages, `CONTRACTS_COMPILER_BROKEN`
 */
export async function runSolc(input: object, directory: string): Promise<SolcContracts> {
  const output = JSON.parse(await runCompiler(JSON.stringify(input), directory)) as SolcOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const messages = errors.map(({ formattedMessage }) => formattedMessage).join("\n");
    throw new ContractsError(
      { code: "CONTRACTS_COMPILE_FAILED", errors: errors.length },
      `the contracts do not compile:\n${messages}`,
    );
  }
  return output.contracts ?? {};
}

async function runCompiler(input: string, directory: string): Promise<string> {
  const child = spawn(process.execPath, [WRAPPER, "--standard-json"], {
    cwd: directory,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exit = new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
  });
  // what the compiler does not read it also does not need; its exit code tells
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [output, complaint, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exit,
  ]);
  if (code !== 0) throw brokenCompiler(complaint.trim() || `it exited with ${code}`);
  return output;
}

export function brokenCompiler(reason: string): ContractsError {
  return new ContractsError(
    { code: "CONTRACTS_COMPILER_BROKEN" },
    `solc did not run: ${reason}; is the package installed (npm ci)?`,
  );
}
