import {
  type GhostConfig,
  loadProducts,
  type Product,
  type ProductContext,
  ProductError,
  type ProductSource,
} from "@ghostchain/product";
import { concatHex, getCreate2Address, type Hex, zeroHash } from "viem";
import { CREATE2_DEPLOYER, type Deployment } from "./deploy-contracts.ts";

/** What runs here, and what must be on the dev chain for it. */
export interface ProductSet {
  readonly products: readonly Product[];
  readonly deployments: readonly Deployment[];
}

/**
 * Makes the products of a configuration for a chain.
 *
 * @param own - products that come with the stack
 * @param chain - and `version`, of the sources that products are made of, for those that name none
 * @throws {ProductError} naming the product that cannot be used
 */
export async function createProducts(
  own: readonly Product[],
  config: GhostConfig | undefined,
  chain: { readonly chainId: number; readonly isDev: boolean; readonly version?: string },
): Promise<ProductSet> {
  const deployments: Deployment[] = [];
  const theirs: Product[] = [];
  for (const [index, source] of (config?.products ?? []).entries()) {
    const place = nameOf(source, index);
    const deploy: ProductContext["deploy"] = ({ name, initCode }) => {
      if (!chain.isDev) throw notDeployed(place, name, chain.chainId);
      const address = addressOf(initCode);
      deployments.push({ product: place, name, address, data: concatHex([zeroHash, initCode]) });
      return address;
    };
    const product = await make(source, place, { chainId: chain.chainId, deploy });
    const { version } = chain;
    theirs.push(version === undefined ? product : { version, ...product });
  }
  return { products: loadProducts([...own, ...theirs]), deployments };
}

async function make(
  source: ProductSource,
  place: string,
  context: ProductContext,
): Promise<Product> {
  try {
    return typeof source === "function" ? await source(context) : source;
  } catch (cause) {
    if (cause instanceof ProductError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ProductError(
      { code: "PRODUCT_BROKEN", product: place, reason },
      `product ${place}: it could not be made: ${reason}`,
      { cause },
    );
  }
}

function nameOf(source: ProductSource, index: number): string {
  return source.name === "" ? `products[${index}]` : source.name;
}

/** The same for the same code, on every chain that has the deterministic deployer. */
function addressOf(initCode: Hex) {
  return getCreate2Address({ from: CREATE2_DEPLOYER, salt: zeroHash, bytecode: initCode });
}

function notDeployed(product: string, contract: string, chainId: number): ProductError {
  return new ProductError(
    { code: "PRODUCT_NOT_DEPLOYED", product, contract, chainId },
    `product ${product}: chain ${chainId} is no dev chain, so ${contract} is not put there for you: ` +
      "deploy it and name its address where chainId is not 31337",
  );
}
