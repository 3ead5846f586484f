export { checkDeadlines, type Parting } from "../check-deadlines.ts";
export type { ClientDesk } from "../client-desk.ts";
export { type CloseCode, type Connection, createConnection, type Outlet } from "../connection.ts";
export type { FeedStream as GatewayStream } from "../feed-stream.ts";
export { createGatewayOn, type OpenSockets, type Sockets } from "../gateway.ts";
export { FeedWriter } from "./feed-writer.ts";
export { GatewayStand } from "./gateway-stand.ts";
