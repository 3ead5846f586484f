import { keccak256 } from "@ghostchain/crypto";
import { encodeRlp, type RlpInput } from "@ghostchain/encoding";

/**
 * The root of the Merkle Patricia trie of a list, each item under the RLP of its index: what a header says of its
 * receipts.
 *
 * @see Yellow Paper, appendix D
 */
export function orderedTrieRoot(items: readonly Uint8Array[]): Uint8Array {
  const entries = items.map((value, index) => ({ path: pathOf(index), value }));
  return keccak256(encodeRlp(node(entries, 0)));
}

interface Entry {
  /** Half bytes. */
  readonly path: Uint8Array;
  readonly value: Uint8Array;
}

const EMPTY = new Uint8Array();
/** A node that is encoded in less is put into its parent as it is. */
const HASH_BYTES = 32;

/** The node of those entries, which agree in their first `depth` half bytes. */
function node(entries: readonly Entry[], depth: number): RlpInput {
  const [first] = entries;
  if (first === undefined) return EMPTY;
  if (entries.length === 1) return [compact(first.path.subarray(depth), true), first.value];
  const shared = sharedLength(entries, depth);
  if (shared > 0) {
    const path = compact(first.path.subarray(depth, depth + shared), false);
    return [path, reference(node(entries, depth + shared))];
  }
  const children = Array.from({ length: 16 }, (_, nibble) =>
    reference(
      node(
        entries.filter(({ path }) => path[depth] === nibble),
        depth + 1,
      ),
    ),
  );
  // No index is the beginning of another one, so no value ends at a branch.
  return [...children, EMPTY];
}

function reference(child: RlpInput): RlpInput {
  if (child instanceof Uint8Array && child.length === 0) return child;
  const encoded = encodeRlp(child);
  return encoded.length < HASH_BYTES ? child : keccak256(encoded);
}

function sharedLength(entries: readonly Entry[], depth: number): number {
  const [first, ...rest] = entries;
  if (first === undefined) return 0;
  let length = 0;
  const agree = (at: number) => rest.every(({ path }) => path[at] === first.path[at]);
  while (depth + length < first.path.length && agree(depth + length)) length += 1;
  return length;
}

function pathOf(index: number): Uint8Array {
  const hex = index === 0 ? "" : index.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  const key = encodeRlp(new Uint8Array(bytes));
  return Uint8Array.from([...key].flatMap((b) => [b >> 4, b & 15]));
}

/** Half bytes as bytes, led by whether there is an odd one and whether the path ends here. */
function compact(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const isOdd = path.length % 2 === 1;
  const flag = (isLeaf ? 2 : 0) + (isOdd ? 1 : 0);
  const nibbles = isOdd ? [flag, ...path] : [flag, 0, ...path];
  const packed = new Uint8Array(nibbles.length / 2);
  for (let i = 0; i < packed.length; i++)
    packed[i] = ((nibbles[2 * i] ?? 0) << 4) | (nibbles[2 * i + 1] ?? 0);
  return packed;
}
