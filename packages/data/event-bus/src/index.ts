export type { EventBus, Unsubscribe } from "./event-bus.ts";
