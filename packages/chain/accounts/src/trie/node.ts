import { keccak256 } from "@ghostchain/crypto";
import { decodeRlp, encodeRlp, type RlpInput, type RlpItem } from "@ghostchain/encoding";
import { AccountsError } from "../accounts-error.ts";
import { decodeHexPrefix, encodeHexPrefix, type Nibbles } from "./nibbles.ts";

/** A node of a Merkle Patricia Trie. Nodes are values: a change makes new ones. */
export type Node = LeafNode | ExtensionNode | BranchNode;

export interface LeafNode {
  readonly kind: "leaf";
  readonly path: Nibbles;
  readonly value: Uint8Array;
}

export interface ExtensionNode {
  readonly kind: "extension";
  readonly path: Nibbles;
  readonly child: Child;
}

export interface BranchNode {
  readonly kind: "branch";
  /** 16, by the next nibble. */
  readonly children: readonly (Child | undefined)[];
  /** Of the key that ends here. */
  readonly value: Uint8Array | undefined;
}

/** A node's hash, for one that is stored apart, or the node itself where it is small or being made. */
export type Child = Uint8Array | Node;

/** A child of at least this many bytes is stored apart and referred to by its hash. */
const HASHED_FROM_BYTES = 32;

const EMPTY = new Uint8Array(0);

export function isHash(child: Child | undefined): child is Uint8Array {
  return child instanceof Uint8Array;
}

/** What a parent writes for this child: the node itself where it is small, else its hash. */
export interface Reference {
  readonly item: RlpInput;
  /** The node's encoding, unless the parent contains it. */
  readonly stored: Uint8Array | undefined;
}

/** `childItems` are the references of the node's children, in order. */
export function referenceTo(node: Node, childItems: readonly RlpInput[]): Reference {
  const item = itemOf(node, childItems);
  const encoded = encodeRlp(item);
  return encoded.length < HASHED_FROM_BYTES
    ? { item, stored: undefined }
    : { item: keccak256(encoded), stored: encoded };
}

export function encodeNode(node: Node, childItems: readonly RlpInput[]): Uint8Array {
  return encodeRlp(itemOf(node, childItems));
}

/**
 * @throws {EncodingError} `RLP_MALFORMED`
 * @throws {AccountsError} `TRIE_NODE_MALFORMED`
 */
export function decodeNode(encoded: Uint8Array): Node {
  return nodeOf(decodeRlp(encoded));
}

function itemOf(node: Node, childItems: readonly RlpInput[]): RlpInput {
  switch (node.kind) {
    case "leaf":
      return [encodeHexPrefix(node.path, true), node.value];
    case "extension":
      return [encodeHexPrefix(node.path, false), childItems[0] ?? EMPTY];
    case "branch":
      return [...childItems, node.value ?? EMPTY];
  }
}

function nodeOf(item: RlpItem): Node {
  if (item instanceof Uint8Array) throw malformed("not a list");
  if (item.length === 2) return pathNodeOf(item[0], item[1]);
  if (item.length === 17) return branchOf(item);
  throw malformed(`a list of ${item.length} items`);
}

function pathNodeOf(prefix: RlpItem | undefined, content: RlpItem | undefined): Node {
  if (!(prefix instanceof Uint8Array)) throw malformed("the path is a list");
  const { path, isLeaf } = decodeHexPrefix(prefix);
  if (isLeaf) {
    if (!(content instanceof Uint8Array) || content.length === 0) throw malformed("a leaf's value");
    return { kind: "leaf", path, value: content };
  }
  if (path.length === 0) throw malformed("an extension without a path");
  const child = content === undefined ? undefined : childOf(content);
  if (child === undefined) throw malformed("an extension without a child");
  return { kind: "extension", path, child };
}

function branchOf(items: readonly RlpItem[]): BranchNode {
  const children: (Child | undefined)[] = [];
  for (let nibble = 0; nibble < 16; nibble++) children.push(childOf(items[nibble] as RlpItem));
  const value = items[16];
  if (!(value instanceof Uint8Array)) throw malformed("a branch's value is a list");
  return { kind: "branch", children, value: value.length === 0 ? undefined : value };
}

function childOf(item: RlpItem): Child | undefined {
  if (item instanceof Uint8Array) {
    if (item.length === 0) return undefined;
    if (item.length !== 32) throw malformed(`a reference of ${item.length} bytes`);
    return item;
  }
  if (encodeRlp(item).length >= HASHED_FROM_BYTES) throw malformed("a large node inside another");
  return nodeOf(item);
}

function malformed(reason: string): AccountsError {
  return new AccountsError({ code: "TRIE_NODE_MALFORMED", reason });
}
