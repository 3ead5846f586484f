import { createHash } from "node:crypto";
import { globSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Abi, Hex } from "viem";
import { z } from "zod";
import { brokenCompiler, runSolc } from "./run-solc.ts";
import { COMPILER_SETTINGS, compilerVersions } from "./solidity-project.ts";

/** What came of a contract. */
export interface FileArtifact {
  readonly abi: Abi;
  /** Creation code, without constructor arguments. */
  readonly bytecode: Hex;
}

const stored = z.object({
  inputHash: z.string(),
  abi: z.array(z.unknown()),
  bytecode: z.templateLiteral(["0x", z.string()]),
});

/**
 * Compiles one contract of a Solidity file, or reads what came of it the last time, which is kept in `artifacts/`
 * beside the file. Imports may be files of its directory and OpenZeppelin's.
 *
 * @throws {ContractsError} as `runSolc`; {Error} of the file system where `file` cannot be read
 */
export async function compileFile(file: string, contract: string): Promise<FileArtifact> {
  const directory = dirname(resolve(file));
  const inputHash = await hashDirectory(directory);
  const place = join(directory, "artifacts", `${contract}.json`);
  const known = await readStored(place);
  if (known?.inputHash === inputHash) return { abi: known.abi as Abi, bytecode: known.bytecode };
  const unit = basename(file);
  const content = await readFile(file, "utf8");
  const input = {
    language: "Solidity",
    sources: { [unit]: { content } },
    settings: COMPILER_SETTINGS,
  };
  const compiled = (await runSolc(input, directory))[unit]?.[contract];
  if (!compiled) throw brokenCompiler(`${file} has no contract ${contract}`);
  const artifact = { abi: compiled.abi, bytecode: `0x${compiled.evm.bytecode.object}` as const };
  await mkdir(dirname(place), { recursive: true });
  const draft = `${place}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify({ inputHash, ...artifact })}\n`);
  await rename(draft, place);
  return artifact;
}

/** Of every Solidity file there, for any may be imported. */
async function hashDirectory(directory: string): Promise<string> {
  const hash = createHash("sha256");
  hash.update(JSON.stringify({ COMPILER_SETTINGS, versions: compilerVersions() }));
  for (const name of globSync("**/*.sol", { cwd: directory }).sort()) {
    hash.update(`\0${name}\0`).update(await readFile(join(directory, name)));
  }
  return hash.digest("hex");
}

async function readStored(place: string): Promise<z.output<typeof stored> | undefined> {
  const text = await readFile(place, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    // torn by a kill, or edited: it is built again
    return stored.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
