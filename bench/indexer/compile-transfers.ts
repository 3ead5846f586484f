import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const FILE = "Transfers.sol";

/** The bytecode that deploys `Transfers.sol`, and the first four bytes of a call of `emitMany`. */
export function compileTransfers(): { readonly bytecode: string; readonly emitMany: string } {
  const solc = require("solc");
  const input = {
    language: "Solidity",
    sources: { [FILE]: { content: readFileSync(join(import.meta.dirname, FILE), "utf8") } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["evm.bytecode.object", "evm.methodIdentifiers"] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const failed = output.errors?.find((error: { severity: string }) => error.severity === "error");
  if (failed !== undefined) throw new Error(failed.formattedMessage);
  const { bytecode, methodIdentifiers } = output.contracts[FILE].Transfers.evm;
  const emitMany = methodIdentifiers["emitMany(uint256,uint256,uint256)"];
  return { bytecode: `0x${bytecode.object}`, emitMany: `0x${emitMany}` };
}
