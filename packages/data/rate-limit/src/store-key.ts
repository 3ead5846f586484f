import { createHash } from "node:crypto";

const KEY_MAX = 128;

/** A key of a store: bounded in size whatever a client chose, and without what a database cannot hold in a text. */
export function storeKey(name: string, key: string): string {
  if (key.length <= KEY_MAX && !key.includes("\0")) return `${name}:${key}`;
  return `${name}:sha256/${createHash("sha256").update(key).digest("hex")}`;
}
