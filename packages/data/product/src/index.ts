export type {
  ChainEvent,
  FeedDraft,
  FeedMapper,
  JobContext,
  Migration,
  Product,
  ProductContract,
  ProductJob,
  Projection,
} from "./product.ts";
export type { ProductRoute, RouteContext, RouteRequest } from "./route.ts";
