import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { NodeError } from "../node-error.ts";

/** Counts up with every change after which older data cannot be read as it is. */
const VERSION = "ghostchain-node 2";
const VERSION_FILE = "VERSION";
/** Left behind by a crash while the directory was being claimed. */
const UNFINISHED_FILE = "VERSION.new";

export interface DataDirectory {
  readonly blocksPath: string;
  readonly statePath: string;
}

/**
 * Takes a directory for a chain, or finds the one that is there.
 *
 * @throws {NodeError} `NODE_DATA_VERSION` where the directory holds anything but a chain of this version
 */
export function openDataDirectory(path: string): DataDirectory {
  mkdirSync(path, { recursive: true });
  const file = join(path, VERSION_FILE);
  if (existsSync(file)) requireVersion(path, readFileSync(file, "utf8").trim());
  else if (readdirSync(path).some((name) => name !== UNFINISHED_FILE)) {
    requireVersion(path, "no VERSION file");
  } else claim(path, file);
  return { blocksPath: join(path, "blocks"), statePath: join(path, "state") };
}

function claim(path: string, file: string): void {
  const unfinished = join(path, UNFINISHED_FILE);
  writeFileSync(unfinished, `${VERSION}\n`, { flush: true });
  renameSync(unfinished, file);
}

function requireVersion(directory: string, found: string): void {
  if (found === VERSION) return;
  throw new NodeError(
    { code: "NODE_DATA_VERSION", directory, found, expected: VERSION },
    `NODE_DATA_VERSION: ${directory} is not of this version (found "${found}", expected "${VERSION}"): ` +
      "start with --fresh to begin anew, choose another data directory, or use the version that wrote it",
  );
}
