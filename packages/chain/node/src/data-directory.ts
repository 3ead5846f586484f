import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NodeError } from "./node-error.ts";

/** Counts up with every change after which older data cannot be read as it is. */
const VERSION = "ghostchain-node 1";
const VERSION_FILE = "VERSION";

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
  else if (readdirSync(path).length > 0) requireVersion(path, "no VERSION file");
  else writeFileSync(file, `${VERSION}\n`, { flush: true });
  return { blocksPath: join(path, "blocks"), statePath: join(path, "state") };
}

function requireVersion(directory: string, found: string): void {
  if (found === VERSION) return;
  throw new NodeError(
    { code: "NODE_DATA_VERSION", directory, found, expected: VERSION },
    `NODE_DATA_VERSION: ${directory} is not of this version (found "${found}", expected "${VERSION}"): ` +
      "start with --fresh to begin anew, choose another data directory, or use the version that wrote it",
  );
}
