export {
  type Announcement,
  decodeAnnouncement,
  encodeAnnouncement,
  FEED_CHANNEL,
} from "./announcement.ts";
export { appendFeed, loadFeed, type NewFeedRow, restartFeed, touchFeed } from "./append-feed.ts";
export {
  BROADCAST_CHANNEL,
  type Broadcast,
  decodeBroadcast,
  encodeBroadcast,
} from "./broadcast.ts";
export { FeedError, type FeedFault } from "./feed-error.ts";
export {
  createFeedFollower,
  type FeedFollower,
  type FeedFollowerDeps,
  type FeedListener,
} from "./feed-follower.ts";
export type {
  FeedEvent,
  FeedPosition,
  FeedRow,
  FeedStages,
  Json,
  JsonObject,
  PersonalMessage,
} from "./feed-row.ts";
export { ensureFeed } from "./feed-schema.ts";
export {
  FEED_REVISION,
  type FeedPage,
  feedPosition,
  listFeed,
  readFeed,
} from "./read-feed.ts";
export { type Retractions, retractionsAbove, withPersonal } from "./retractions.ts";
export { type ScannedRow, scanFeed } from "./scan-feed.ts";
