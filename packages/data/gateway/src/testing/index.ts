export { FeedWriter } from "./feed-writer.ts";
export { GatewayStand } from "./gateway-stand.ts";
