export type { Migration } from "@ghostchain/database";
export type {
  ChainEvent,
  FeedDraft,
  FeedMapper,
  JobContext,
  Product,
  ProductContract,
  ProductJob,
  Projection,
} from "./product.ts";
export type { ProductRoute, RouteContext, RouteRequest } from "./route.ts";
