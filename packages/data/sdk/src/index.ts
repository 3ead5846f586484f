export type { Change } from "./change.ts";
export {
  createGhostClient,
  type GhostClient,
  type GhostClientOptions,
  type Signer,
} from "./client.ts";
export type {
  CoreEndpoints,
  Endpoints,
  FeedPage,
  HealthInfo,
  NetworkInfo,
} from "./endpoints.ts";
export type { StreamPosition } from "./feed-cursor.ts";
export type {
  Credential,
  FeedStream,
  SocketClass,
  SocketLike,
  StreamEvents,
  StreamOptions,
  StreamState,
} from "./feed-stream.ts";
export { createLoginMessage, type LoginFields } from "./login-message.ts";
export { RequestError, type RequestIssue } from "./request-error.ts";
export { type StandingEvent, StandingEvents } from "./standing-events.ts";
