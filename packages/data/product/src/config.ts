import type { Address, Hex } from "viem";
import type { Product } from "./product.ts";

/** What `ghost.config.ts` exports: the products that run beside those that come with the stack. */
export interface GhostConfig {
  readonly products: readonly ProductSource[];
  /** Whether GHOSTNET comes along. Default true. */
  readonly game?: boolean;
  /** Other chains that products live on (`chain` of a product), by name: JSON-RPC URLs, the best of which is asked. */
  readonly chains?: Readonly<Record<string, readonly string[]>>;
}

/** A product, or what makes one for the chain it is to live on. */
export type ProductSource = Product | ((context: ProductContext) => Product | Promise<Product>);

export interface ProductContext {
  readonly chainId: number;
  /**
   * Where a contract is. On a dev chain it is put there before anything is indexed: the same code and arguments are
   * always at the same address, other code is at another. Elsewhere its address must be known: ask `chainId` first.
   *
   * @throws {ProductError} `PRODUCT_NOT_DEPLOYED` on a chain that is no dev chain
   */
  deploy(contract: DeployableContract): Address;
}

export interface DeployableContract {
  /** For messages. */
  readonly name: string;
  /** Creation code with the constructor's arguments behind it: viem's `encodeDeployData`. */
  readonly initCode: Hex;
}

/** Gives a configuration its types. */
export function defineConfig(config: GhostConfig): GhostConfig {
  return config;
}
