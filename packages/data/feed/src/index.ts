export type {
  FeedEvent,
  FeedPosition,
  FeedRow,
  Json,
  JsonObject,
  PersonalMessage,
} from "./feed-row.ts";
