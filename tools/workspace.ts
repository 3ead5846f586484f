import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

export const ROOT: string = resolve(import.meta.dirname, "..");

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface WorkspacePackage {
  readonly name: string;
  /** Relative to the root, with forward slashes: `packages/chain/node` */
  readonly directory: string;
  readonly manifest: Manifest;
}

/** Every package of the repository, ordered by directory. */
export function listPackages(): WorkspacePackage[] {
  return globSync(["packages/*/*/package.json", "apps/*/package.json", "contracts/package.json"], {
    cwd: ROOT,
  })
    .map((file) => {
      const manifest = readJson<Manifest>(join(ROOT, file));
      return { name: manifest.name, directory: dirname(file).replaceAll("\\", "/"), manifest };
    })
    .sort((a, b) => a.directory.localeCompare(b.directory));
}

/** TypeScript sources of a package, without its tests. */
export function listSources(directory: string): string[] {
  const sources = globSync("**/*.{ts,svelte}", {
    cwd: join(ROOT, directory),
    exclude: (path) =>
      /(^|\/)(node_modules|dist|build|test|bench|artifacts|\.svelte-kit)$/.test(path),
  });
  return sources
    .filter((file) => !/\.(test|bench)\.ts$/.test(file) && !/^(test|bench)\//.test(file))
    .map((file) => relative(ROOT, join(ROOT, directory, file)).replaceAll("\\", "/"));
}

export function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

export function readText(path: string): string | undefined {
  return existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : undefined;
}
