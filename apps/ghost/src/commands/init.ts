import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { CommandError } from "../command-error.ts";
import type { Settings } from "../settings/parse-settings.ts";

const TEMPLATE = resolve(import.meta.dirname, "../../template");
const OUR_MODULES = resolve(import.meta.dirname, "../../../../node_modules");

/**
 * `ghost init DIR`: a product of one's own that runs at once.
 *
 * @throws {CommandError} `DIRECTORY_NOT_EMPTY`; `FILE_UNUSABLE` where a file has the name
 */
export async function init({ operands }: Settings): Promise<void> {
  const [named = "."] = operands;
  const directory = resolve(named);
  if (statSync(directory, { throwIfNoEntry: false })?.isFile())
    throw new CommandError(
      { code: "FILE_UNUSABLE", file: directory, reason: "it is a file" },
      `${directory} is a file: name a directory that is empty, or not there yet`,
    );
  if (existsSync(directory) && readdirSync(directory).length > 0)
    throw new CommandError(
      { code: "DIRECTORY_NOT_EMPTY", directory },
      `${directory} is not empty: name a directory that is empty, or not there yet`,
    );
  cpSync(TEMPLATE, directory, { recursive: true });
  // under its own name it would hide the template's files from our git
  renameSync(join(directory, "gitignore"), join(directory, ".gitignore"));
  nameManifest(directory);
  // what the product imports is where the stack itself is installed
  if (!reachesModules(directory)) symlinkSync(OUR_MODULES, join(directory, "node_modules"), "dir");
  const shown = relative(process.cwd(), directory) || ".";
  console.log(`${shown} has a contract, a product and a test. Now:\n`);
  console.log(
    `  cd ${shown}\n  npx ghost up --watch   # http://127.0.0.1:3000/docs\n  npx vitest run`,
  );
}

function nameManifest(directory: string): void {
  const file = join(directory, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const name = basename(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-");
  writeFileSync(file, `${JSON.stringify({ ...manifest, name }, null, 2)}\n`);
}

/** Whether a module in `directory` finds ours, as Node looks for them: upwards. */
function reachesModules(directory: string): boolean {
  if (existsSync(join(directory, "node_modules/@ghostchain/product"))) return true;
  const above = dirname(directory);
  return above !== directory && reachesModules(above);
}
