export { findRedis } from "./find-redis.ts";
