import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { Abi, Hex } from "viem";
import { ContractsError } from "./contracts-error.ts";
import {
  BUILT_CONTRACTS,
  CONTRACTS_ROOT,
  type ContractName,
  compilerInput,
} from "./solidity-project.ts";

export interface CompiledContract {
  readonly name: ContractName;
  readonly abi: Abi;
  /** Creation code, without constructor arguments. */
  readonly bytecode: Hex;
  readonly deployedBytecode: Hex;
}

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, CompilerContract>>>>;
}

interface CompilerContract {
  readonly abi: Abi;
  readonly evm: { readonly bytecode: Code; readonly deployedBytecode: Code };
}

interface Code {
  readonly object: string;
}

/**
 * Compiles the Solidity sources with npm's solc, in a process of its own. About 4 s.
 *
 * @throws {ContractsError} `CONTRACTS_COMPILE_FAILED` with solc's messages, `CONTRACTS_COMPILER_BROKEN`
 */
export async function compileContracts(): Promise<CompiledContract[]> {
  const output = JSON.parse(await runCompiler(JSON.stringify(compilerInput()))) as CompilerOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const messages = errors.map(({ formattedMessage }) => formattedMessage).join("\n");
    throw new ContractsError(
      { code: "CONTRACTS_COMPILE_FAILED", errors: errors.length },
      `the contracts do not compile:\n${messages}`,
    );
  }
  return Object.entries(BUILT_CONTRACTS).map(([name, unit]) => {
    const contract = output.contracts?.[unit]?.[name];
    if (!contract) throw brokenCompiler(`it gave no output for ${name}`);
    return {
      name: name as ContractName,
      abi: contract.abi,
      bytecode: `0x${contract.evm.bytecode.object}`,
      deployedBytecode: `0x${contract.evm.deployedBytecode.object}`,
    };
  });
}

async function runCompiler(input: string): Promise<string> {
  const child = spawn(process.execPath, ["tools/solc-wrapper.mjs", "--standard-json"], {
    cwd: CONTRACTS_ROOT,
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

function brokenCompiler(reason: string): ContractsError {
  return new ContractsError(
    { code: "CONTRACTS_COMPILER_BROKEN" },
    `solc did not run: ${reason}; is the package installed (npm ci)?`,
  );
}
