import { expect, it } from "vitest";
import { redisAddress } from "./redis-address.ts";

const malformed = (reason: string) => new Error(reason);

it.each([
  ["redis://user:secret@cache.example:7000/2", "cache.example:7000"],
  ["rediss://cache.example", "cache.example:6379"],
  ["redis://", "localhost:6379"],
])("shows host and port of %s alone", (url, where) => {
  expect(redisAddress(url, malformed)).toBe(where);
});

it.each([
  ["http://user:secret@localhost", "the scheme is http:"],
  ["localhost", "not a URL"],
  ["", "not a URL"],
])("refuses %j without what it holds", (url, reason) => {
  expect(() => redisAddress(url, malformed)).toThrow(new Error(reason));
});
