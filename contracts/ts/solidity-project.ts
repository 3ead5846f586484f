import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

export const CONTRACTS_ROOT: string = resolve(import.meta.dirname, "..");

/** What is built, and the source unit that defines it. */
export const BUILT_CONTRACTS = {
  DataToken: "src/DataToken.sol",
  GhostCore: "src/GhostCore.sol",
  TraceScan: "src/TraceScan.sol",
  ERC1967Proxy: "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol",
} as const;

export type ContractName = keyof typeof BUILT_CONTRACTS;

/** The same as in foundry.toml, so that what forge tests is what we deploy. */
export const COMPILER_SETTINGS = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: "cancun",
  outputSelection: {
    "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] },
  },
};

/** solc's standard JSON input. Imports are left to the compiler's reader. */
export function compilerInput(): object {
  const sources = Object.fromEntries(
    Object.values(BUILT_CONTRACTS).map((unit) => [unit, { content: readSource(unit) }]),
  );
  return { language: "Solidity", sources, settings: COMPILER_SETTINGS };
}

/**
 * SHA-256 over everything the artifacts depend on: our sources, the settings and the versions of the compiler and of
 * OpenZeppelin (whose files never change under one version). About 2 ms.
 */
export function hashInputs(): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify({ COMPILER_SETTINGS, BUILT_CONTRACTS, versions: compilerVersions() }));
  for (const file of globSync("src/**/*.sol", { cwd: CONTRACTS_ROOT }).sort()) {
    hash
      .update(`\0${file.replaceAll("\\", "/")}\0`)
      .update(readFileSync(join(CONTRACTS_ROOT, file)));
  }
  return hash.digest("hex");
}

/** Whose files never change under one version. */
export function compilerVersions(): string[] {
  return PACKAGES.map(versionOf);
}

const PACKAGES = ["solc", "@openzeppelin/contracts", "@openzeppelin/contracts-upgradeable"];

const require = createRequire(import.meta.url);

function versionOf(name: string): string {
  const manifest: { version: string } = require(`${name}/package.json`);
  return `${name}@${manifest.version}`;
}

function readSource(unit: string): string {
  const file = unit.startsWith("@") ? require.resolve(unit) : join(CONTRACTS_ROOT, unit);
  return readFileSync(file, "utf8");
}
