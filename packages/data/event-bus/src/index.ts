export { createEventBus, type EventBusSettings } from "./create-event-bus.ts";
export type { EventBus, Unsubscribe } from "./event-bus.ts";
export { EventBusError, type EventBusFault } from "./event-bus-error.ts";
export { createInProcessBus } from "./in-process-bus.ts";
export { MESSAGE_MAX_BYTES } from "./message-limit.ts";
export { createPostgresBus, type PostgresBusSettings } from "./postgres-bus.ts";
export { createRedisBus, type RedisBusSettings } from "./redis-bus.ts";
