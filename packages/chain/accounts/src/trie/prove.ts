import { keccak256 } from "@ghostchain/crypto";
import { equalBytes, hexToBytes } from "@ghostchain/encoding";
import type { Hash } from "@ghostchain/evm";
import { AccountsError } from "../accounts-error.ts";
import { commonPrefixLength, type Nibbles, nibblesOf } from "./nibbles.ts";
import { type Child, decodeNode, isHash, type Node } from "./node.ts";
import { EMPTY_TRIE_ROOT, type TrieNodes } from "./update-trie.ts";

/**
 * The nodes on the way from the root to `key`, or to the node that shows there is no such key. Nodes inside
 * their parents are not listed apart. Empty for an empty trie.
 *
 * @throws {AccountsError} `TRIE_NODE_MISSING`
 * @see EIP-1186
 */
export function proveKey(nodes: TrieNodes, key: Uint8Array): Uint8Array[] {
  const path = nibblesOf(key);
  const root = nodes.get(path.subarray(0, 0));
  if (root === undefined) return [];
  const proof = [root];
  let step = stepFrom(decodeNode(root), path, 0);
  while (step.child !== undefined) {
    if (isHash(step.child)) {
      const encoded = nodes.get(path.subarray(0, step.depth));
      if (encoded === undefined) {
        throw new AccountsError({ code: "TRIE_NODE_MISSING", path: `depth ${step.depth}` });
      }
      proof.push(encoded);
      step = stepFrom(decodeNode(encoded), path, step.depth);
    } else {
      step = stepFrom(step.child, path, step.depth);
    }
  }
  return proof;
}

/**
 * The value of `key` in the trie with this root, or undefined where the proof shows there is none.
 *
 * @throws {AccountsError} `PROOF_INVALID` unless every node is the one its parent names, and none is left over;
 *   `TRIE_NODE_MALFORMED`
 * @throws {EncodingError} `RLP_MALFORMED`
 */
export function verifyProof(
  root: Hash,
  key: Uint8Array,
  proof: readonly Uint8Array[],
): Uint8Array | undefined {
  const path = nibblesOf(key);
  if (proof.length === 0) {
    if (root === EMPTY_TRIE_ROOT) return undefined;
    throw invalid("no node for a root that is not empty");
  }
  let used = 0;
  let step: Step = { child: hexToBytes(root), value: undefined, depth: 0 };
  while (step.child !== undefined) {
    let node: Child = step.child;
    if (isHash(node)) {
      const encoded: Uint8Array | undefined = proof[used];
      if (encoded === undefined) throw invalid(`node ${used} is missing`);
      if (!equalBytes(keccak256(encoded), node)) throw invalid(`node ${used} is another`);
      node = decodeNode(encoded);
      used += 1;
    }
    step = stepFrom(node, path, step.depth);
  }
  if (used < proof.length) throw invalid(`${proof.length - used} nodes left over`);
  return step.value;
}

/** Where a key's way goes on from a node; without a child it ends here, with a value or without. */
interface Step {
  readonly child: Child | undefined;
  readonly value: Uint8Array | undefined;
  readonly depth: number;
}

function stepFrom(node: Node, path: Nibbles, depth: number): Step {
  if (node.kind === "branch") {
    if (depth === path.length) return { child: undefined, value: node.value, depth };
    const child = node.children[path[depth] as number];
    return { child, value: undefined, depth: depth + 1 };
  }
  const end = depth + node.path.length;
  const isOnWay = commonPrefixLength(path, depth, node.path) === node.path.length;
  if (!isOnWay) return { child: undefined, value: undefined, depth };
  if (node.kind === "extension") return { child: node.child, value: undefined, depth: end };
  return { child: undefined, value: end === path.length ? node.value : undefined, depth };
}

function invalid(reason: string): AccountsError {
  return new AccountsError({ code: "PROOF_INVALID", reason });
}
