import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

interface Compiled {
  readonly deployedBytecode: { readonly object: string };
  /** First four bytes of the hash of each signature. */
  readonly methodIdentifiers: Readonly<Record<string, string>>;
}

/** Compiles `Loops.sol` beside this file, optimized as a release would be. */
export function compileLoops(): { readonly loops: Compiled; readonly token: Compiled } {
  const solc = require("solc");
  const input = {
    language: "Solidity",
    sources: {
      "Loops.sol": { content: readFileSync(join(import.meta.dirname, "Loops.sol"), "utf8") },
    },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["evm.deployedBytecode.object", "evm.methodIdentifiers"] } },
    },
  };
  const readImport = (path: string) => ({ contents: readFileSync(require.resolve(path), "utf8") });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readImport }));
  const failed = output.errors?.find((error: { severity: string }) => error.severity === "error");
  if (failed !== undefined) throw new Error(failed.formattedMessage);
  const { Loops, Token } = output.contracts["Loops.sol"];
  return { loops: compiledOf(Loops.evm), token: compiledOf(Token.evm) };
}

function compiledOf({ deployedBytecode, methodIdentifiers }: Compiled): Compiled {
  return { deployedBytecode, methodIdentifiers };
}
