import { CodedError } from "@ghostchain/service";

/** What is wrong with a product. Every one names it. */
export type ProductFault =
  | { code: "PRODUCT_NAME_INVALID"; product: string; reason: string }
  | { code: "PRODUCT_DUPLICATE"; product: string }
  | { code: "PRODUCT_CHAIN_INVALID"; product: string; chain: string; reason: string }
  /** The factory of `ghost.config.ts` threw, or made something that is no product. */
  | { code: "PRODUCT_BROKEN"; product: string; reason: string }
  | { code: "PRODUCT_NOT_DEPLOYED"; product: string; contract: string; chainId: number }
  | { code: "PRODUCT_CONTRACT_INVALID"; product: string; contract: string; reason: string }
  /** A projection or feed mapper for something that is not there. */
  | { code: "PRODUCT_EVENT_UNKNOWN"; product: string; key: string; reason: string; known: string[] }
  | { code: "PRODUCT_TABLE_INVALID"; product: string; table: string; reason: string }
  | { code: "PRODUCT_MIGRATION_INVALID"; product: string; migration: string; reason: string }
  | { code: "PRODUCT_JOB_INVALID"; product: string; job: string; reason: string }
  | { code: "PRODUCT_ROUTE_INVALID"; product: string; route: string; reason: string }
  | { code: "PRODUCT_ANALYTICS_INVALID"; product: string; report: string; reason: string }
  /** Two products, or one twice, serve the same method and path. */
  | { code: "PRODUCT_ROUTE_DUPLICATE"; product: string; route: string; other: string };

export class ProductError extends CodedError<ProductFault> {}
