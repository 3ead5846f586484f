import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Hex } from "viem";

const require = createRequire(import.meta.url);

/** Creation code of the contracts in `Wallets.sol`. */
export function compileWallets(): { readonly OwnerWallet: Hex; readonly RogueWallet: Hex } {
  const solc = require("solc");
  const content = readFileSync(join(import.meta.dirname, "Wallets.sol"), "utf8");
  const input = {
    language: "Solidity",
    sources: { "Wallets.sol": { content } },
    settings: {
      evmVersion: "paris",
      outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const failed = output.errors?.find((error: { severity: string }) => error.severity === "error");
  if (failed !== undefined) throw new Error(failed.formattedMessage);
  const codeOf = (name: string): Hex =>
    `0x${output.contracts["Wallets.sol"][name].evm.bytecode.object}`;
  return { OwnerWallet: codeOf("OwnerWallet"), RogueWallet: codeOf("RogueWallet") };
}
