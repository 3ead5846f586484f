import type { Logger } from "@ghostchain/service";
import type { EventBus } from "./event-bus.ts";
import { createInProcessBus } from "./in-process-bus.ts";
import { createPostgresBus } from "./postgres-bus.ts";
import { createRedisBus } from "./redis-bus.ts";

export interface EventBusSettings {
  readonly redisUrl?: string | undefined;
  /** Of the server that all processes share. */
  readonly databaseUrl?: string | undefined;
}

/** Redis where there is a URL for it, else NOTIFY where there is a PostgreSQL server, else this process alone. */
export function createEventBus(deps: { logger: Logger }, settings: EventBusSettings): EventBus {
  const { redisUrl, databaseUrl } = settings;
  if (redisUrl !== undefined) return createRedisBus(deps, { url: redisUrl });
  if (databaseUrl !== undefined) return createPostgresBus(deps, { url: databaseUrl });
  return createInProcessBus(deps);
}
