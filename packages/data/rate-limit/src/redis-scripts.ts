import { createHash } from "node:crypto";
import { PARTS } from "./sliding-window.ts";

export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

/**
 * The rule of `memory-rate-limit.ts`, by Redis' clock. A key is a hash of its counted parts by their numbers, and
 * expires when its newest part has left the window. Each key brings wanted, limit, and microseconds a part.
 * Answers used, granted, and milliseconds until one more would be granted.
 */
export const COUNT_REQUESTS = script(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answers = {}
for n, key in ipairs(KEYS) do
  local wanted, limit = tonumber(ARGV[3 * n - 2]), tonumber(ARGV[3 * n - 1])
  local part_us = tonumber(ARGV[3 * n])
  local flat = redis.call('HGETALL', key)
  local newest = math.floor(now / part_us)
  for i = 1, #flat, 2 do newest = math.max(newest, tonumber(flat[i])) end
  local parts, used = {}, 0
  for i = 1, #flat, 2 do
    local part = tonumber(flat[i])
    if part < newest - ${PARTS} then
      redis.call('HDEL', key, flat[i])
    else
      parts[part] = tonumber(flat[i + 1])
      used = used + parts[part]
    end
  end
  local granted = math.min(wanted, math.max(0, limit - used))
  if granted > 0 then
    parts[newest] = (parts[newest] or 0) + granted
    redis.call('HINCRBY', key, string.format('%.0f', newest), granted)
    redis.call('PEXPIRE', key, math.ceil(${PARTS + 1} * part_us / 1000))
  end
  local wait_ms = 0
  if granted < wanted then
    local left = used + granted
    for part = newest - ${PARTS}, newest do
      left = left - (parts[part] or 0)
      if left < limit then
        wait_ms = math.max(1, math.ceil(((part + ${PARTS + 1}) * part_us - now) / 1000))
        break
      end
    end
  end
  answers[#answers + 1] = used
  answers[#answers + 1] = granted
  answers[#answers + 1] = wait_ms
end
return answers
`);

/** A user's slots are a sorted set by when they end. Each key brings take (1) or release (0), slot, limit, ms. */
export const CHANGE_SLOTS = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answers = {}
for n, key in ipairs(KEYS) do
  local take, slot = ARGV[4 * n - 3] == '1', ARGV[4 * n - 2]
  local limit, ttl_ms = tonumber(ARGV[4 * n - 1]), tonumber(ARGV[4 * n])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  local held = 0
  if not take then
    redis.call('ZREM', key, slot)
  elseif redis.call('ZSCORE', key, slot) or redis.call('ZCARD', key) < limit then
    redis.call('ZADD', key, now + ttl_ms, slot)
    redis.call('PEXPIRE', key, ttl_ms)
    held = 1
  end
  answers[#answers + 1] = held
end
return answers
`);

function script(text: string): RedisScript {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}
