import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { GhostConfig } from "@ghostchain/product";
import { z } from "zod";
import { CommandError } from "./command-error.ts";
import { listSources } from "./product-sources.ts";

export interface ConfigFile {
  /** The directory that the file is in, and with it the products' sources. */
  readonly directory: string;
  readonly config: GhostConfig;
  /** Of all sources there: changed code is another version of the products. */
  readonly version: string;
}

const DEFAULT_NAME = "ghost.config.ts";
const INSTALLATION = resolve(import.meta.dirname, "../../..");

const shape = z.strictObject({
  products: z.array(
    z.union([z.function(), z.looseObject({ name: z.string() })], {
      error: "must be a product (defineProduct), or a function that makes one",
    }),
  ),
  game: z.boolean().optional(),
  chains: z.record(z.string(), z.array(z.url()).min(1)).optional(),
});

/**
 * Reads the products of whoever runs this: `path`, or `ghost.config.ts` in the working directory, where there is one.
 * Each call reads the file, and what it imports beside it, anew.
 *
 * @throws {CommandError} `CONFIG_FILE_MISSING`, `CONFIG_FILE_BROKEN`
 */
export async function readConfigFile(path: string | undefined): Promise<ConfigFile | undefined> {
  const file = resolve(path ?? DEFAULT_NAME);
  if (!existsSync(file)) {
    if (path === undefined) return undefined;
    throw new CommandError({ code: "CONFIG_FILE_MISSING", file }, `there is no ${file}`);
  }
  const directory = dirname(file);
  const loaded = await importAnew(file, directory);
  const parsed = shape.safeParse(loaded.default);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(
      ({ path: place, message }) => `${place.join(".") || "its default export"}: ${message}`,
    );
    throw broken(file, `${reasons.join("; ")}; expected export default defineConfig({ … })`);
  }
  const config = loaded.default as GhostConfig;
  return { directory, config, version: hashSources(directory) };
}

function hashSources(directory: string): string {
  const hash = createHash("sha256");
  for (const file of listSources(directory)) {
    hash.update(`\0${file}\0`).update(readFileSync(join(directory, file)));
  }
  return hash.digest("hex").slice(0, 32);
}

let generation = 0;

/** Node keeps every module it has read: what is below `directory` gets a name of its own each time. */
async function importAnew(file: string, directory: string): Promise<{ default?: unknown }> {
  generation += 1;
  const mark = `?generation=${generation}`;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      return isTheirs(found.url, directory) ? { ...found, url: `${found.url}${mark}` } : found;
    },
  });
  try {
    return await import(`${pathToFileURL(file).href}${mark}`);
  } catch (cause) {
    throw broken(file, reasonOf(cause), cause);
  } finally {
    hooks.deregister();
  }
}

/** A syntax error says only in its stack which of the files has it. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const [place = ""] = cause.stack?.split("\n", 1) ?? [];
  const [, path, line] = /^(?:file:\/\/)?(\/[^?]*?)(?:\?[^:]*)?:(\d+)$/.exec(place) ?? [];
  return path === undefined ? cause.message : `${cause.message} (${path}:${line})`;
}

function isTheirs(url: string, directory: string): boolean {
  if (!url.startsWith(pathToFileURL(directory + sep).href) || url.includes("?")) return false;
  const ours = ["packages", "apps", "contracts", "node_modules"].map(
    (name) => pathToFileURL(resolve(INSTALLATION, name) + sep).href,
  );
  return !url.includes("/node_modules/") && !ours.some((place) => url.startsWith(place));
}

function broken(file: string, reason: string, cause?: unknown): CommandError {
  return new CommandError(
    { code: "CONFIG_FILE_BROKEN", file, reason },
    `${file} cannot be used: ${reason}`,
    { cause },
  );
}
