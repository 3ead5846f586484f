export { FeedStream, type StreamHost } from "../feed-stream.ts";
