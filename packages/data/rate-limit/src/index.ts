export type { ConnectionSlots, SlotRule } from "./connection-slots.ts";
export type { RateAnswer, RateLimit, RateRule } from "./rate-limit.ts";
export { RateLimitError, type RateLimitFault } from "./rate-limit-error.ts";
export {
  createMemoryLimits,
  createRateLimits,
  type RateLimits,
  type RateLimitsOptions,
  type RateLimitsParts,
} from "./rate-limits.ts";
export type { RedisSettings } from "./redis-store.ts";
