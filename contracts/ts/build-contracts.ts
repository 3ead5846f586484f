import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CompiledContract, compileContracts } from "./compile-contracts.ts";
import { ContractsError } from "./contracts-error.ts";
import {
  BUILT_CONTRACTS,
  CONTRACTS_ROOT,
  type ContractName,
  hashInputs,
} from "./solidity-project.ts";

/** A compiled contract and the hash of what it was compiled from. */
export interface Artifact extends CompiledContract {
  readonly inputHash: string;
}

export interface BuildContractsOptions {
  /** Where progress goes, a line at a time; standard output by default. */
  readonly report?: (line: string) => void;
}

const ARTIFACTS = join(CONTRACTS_ROOT, "artifacts");

/**
 * Compiles the contracts into `artifacts/*.json`, or does nothing when those are of the present sources.
 *
 * @throws {ContractsError} when the sources do not compile
 */
export async function buildContracts(options: BuildContractsOptions = {}): Promise<void> {
  const report = options.report ?? console.log;
  const inputHash = hashInputs();
  if (await isFresh(inputHash)) return;
  const startMs = performance.now();
  report("contracts: compiling …");
  const compiled = await compileContracts();
  await mkdir(ARTIFACTS, { recursive: true });
  for (const contract of compiled) await writeArtifact({ ...contract, inputHash });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  report(`contracts: ${compiled.length} compiled in ${seconds} s`);
}

/** One contract's ABI and code, built first when that is missing or of older sources. */
export async function loadArtifact(
  name: ContractName,
  options: BuildContractsOptions = {},
): Promise<Artifact> {
  const present = await readArtifact(name);
  if (present?.inputHash === hashInputs()) return present;
  await buildContracts(options);
  const built = await readArtifact(name);
  if (!built) throw malformed(name);
  return built;
}

async function isFresh(inputHash: string): Promise<boolean> {
  const names = Object.keys(BUILT_CONTRACTS) as ContractName[];
  const artifacts = await Promise.all(names.map(readArtifact));
  return artifacts.every((artifact) => artifact?.inputHash === inputHash);
}

async function readArtifact(name: ContractName): Promise<Artifact | undefined> {
  try {
    return JSON.parse(await readFile(fileOf(name), "utf8")) as Artifact;
  } catch (error) {
    // missing, or torn by a kill of an older build: it is built again
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

/** Two builds at once write the same: each file appears whole. */
async function writeArtifact(artifact: Artifact): Promise<void> {
  const file = fileOf(artifact.name);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(artifact)}\n`);
  await rename(draft, file);
}

function fileOf(name: ContractName): string {
  return join(ARTIFACTS, `${name}.json`);
}

function malformed(name: ContractName): ContractsError {
  const file = fileOf(name);
  return new ContractsError(
    { code: "CONTRACTS_ARTIFACT_MALFORMED", file },
    `${file} cannot be read just after it was written`,
  );
}
