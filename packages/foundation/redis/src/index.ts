export { awaitRedis } from "./await-redis.ts";
export { openRedis, type Redis } from "./open-redis.ts";
export { redisAddress } from "./redis-address.ts";
