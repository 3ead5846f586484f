import { globSync } from "node:fs";
import { basename, join } from "node:path";

const SOURCE = /\.(ts|js|mjs|json|sol|sql)$/;
/** Directories of what is written by us, or is not a product's source. */
const NOT_SOURCES = /^(node_modules|artifacts|\..+)$/;

/** Whether a file of this name may be part of a product. */
export function isSource(name: string): boolean {
  return SOURCE.test(name);
}

/** Those of a product below `root`, itself included. */
export function sourceDirectories(root: string): string[] {
  return [root, ...find("**/", root).map((name) => join(root, name))];
}

/** Files below `root`, relative to it, in order. */
export function listSources(root: string): string[] {
  return find("**/*", root).filter(isSource).sort();
}

function find(pattern: string, root: string): string[] {
  return globSync(pattern, { cwd: root, exclude: (name) => NOT_SOURCES.test(basename(name)) });
}
