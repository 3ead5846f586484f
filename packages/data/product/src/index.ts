export type { Migration } from "@ghostchain/database";
export {
  type DeployableContract,
  defineConfig,
  type GhostConfig,
  type ProductContext,
  type ProductSource,
} from "./config.ts";
export { defineProduct, type ProductDefinition } from "./define-product.ts";
export { loadProducts } from "./load-products.ts";
export type {
  BlockSql,
  ChainEvent,
  ChildContract,
  ContractFactory,
  DeployedContract,
  FeedDraft,
  FeedMapper,
  JobContext,
  LoginContext,
  Product,
  ProductContract,
  ProductJob,
  Projection,
  RowSql,
  RowTable,
} from "./product.ts";
export type { AnalyticsReport, AnalyticsSum, ProductAnalytics } from "./product-analytics.ts";
export { ProductError, type ProductFault } from "./product-error.ts";
export type {
  ProductRoute,
  RouteCache,
  RouteContext,
  RouteLimit,
  RouteRefusal,
  RouteRequest,
} from "./route.ts";
export { validateProduct } from "./validate-product.ts";
