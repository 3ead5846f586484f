import type { Logger } from "@ghostchain/service";
import type { EventBus } from "./event-bus.ts";
import { createInProcessBus } from "./in-process-bus.ts";
import { createRedisBus } from "./redis-bus.ts";

/** Redis where there is a URL for it, else this process alone. */
export function createEventBus(
  deps: { logger: Logger },
  settings: { readonly redisUrl?: string | undefined },
): EventBus {
  const { redisUrl } = settings;
  return redisUrl === undefined
    ? createInProcessBus(deps)
    : createRedisBus(deps, { url: redisUrl });
}
