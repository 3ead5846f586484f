export type { ImportOutcome } from "./chain/block-importer.ts";
export { createDevChain, type DevChain, type DevChainOptions } from "./dev-chain.ts";
export { createNode, type GhostNode, type NodeOptions } from "./node.ts";
export { NodeError, type NodeFault } from "./node-error.ts";
export { createProvider } from "./provider.ts";
