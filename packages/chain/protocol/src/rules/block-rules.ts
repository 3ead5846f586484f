import type { Address, Hardfork } from "@ghostchain/evm";

/** The rules one block is under: what a chain spec says for its number and time. */
export interface BlockRules {
  readonly hardfork: Hardfork;
  readonly chainId: bigint;
  readonly timestamps: TimestampRule;
  /** By how many blocks glacier hardforks put off the difficulty bomb; before Paris. */
  readonly bombDelayBlocks: bigint;
  /** Since Cancun */
  readonly blobs: BlobRules | undefined;
  /** Where validators' deposits are logged (EIP-6110); since Prague. */
  readonly depositContract: Address;
  /** The DAO hardfork (EIP-779): its first block moves ether, its first ten say so in their extra data. */
  readonly dao: "moves" | "marks" | undefined;
}

/**
 * Ethereum's timestamps increase. `nondecreasing` lets a block have its parent's, for chains whose blocks are less
 * than a second apart.
 */
export type TimestampRule = "increasing" | "nondecreasing";

/** EIP-4844, EIP-7691, EIP-7840 */
export interface BlobRules {
  /** Blobs a block; above it the price rises. */
  readonly target: number;
  /** Blobs a block at most. */
  readonly max: number;
  /** The higher, the slower the price follows. */
  readonly baseFeeUpdateFraction: bigint;
}
