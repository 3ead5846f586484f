import type { BlockReference } from "../backend.ts";
import { field, invalidValue, readBoolean, readHash, readObject, readUint64 } from "./value.ts";

export const LATEST: BlockReference = { tag: "latest" };
export const PENDING: BlockReference = { tag: "pending" };

const TAGS: ReadonlyMap<string, BlockReference> = new Map(
  (["latest", "earliest", "pending", "safe", "finalized"] as const).map((tag) => [tag, { tag }]),
);

const HASH_LENGTH = 66;

/** A tag, a number, a hash, or an object of EIP-1898. */
export function readBlockReference(value: unknown): BlockReference {
  if (typeof value === "string") {
    if (value.length === HASH_LENGTH) return { hash: readHash(value), requireCanonical: false };
    return readBlockNumber(value);
  }
  const object = readObject(value);
  const number = field(object, "blockNumber", readBlockNumber);
  const hash = field(object, "blockHash", readHash);
  if (number !== undefined && hash !== undefined) {
    throw invalidValue("cannot specify both blockHash and blockNumber, choose one or the other");
  }
  if (number !== undefined) return number;
  if (hash === undefined) throw invalidValue("expected blockNumber or blockHash");
  return { hash, requireCanonical: field(object, "requireCanonical", readBoolean) ?? false };
}

/** A tag or a number. */
export function readBlockNumber(value: unknown): BlockReference {
  const tag = typeof value === "string" ? TAGS.get(value) : undefined;
  return tag ?? { number: readUint64(value) };
}
