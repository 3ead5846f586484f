import type { JsonRpcError } from "../rpc-proxy-error.ts";

/** Shorter parts of a URL are words that any message may hold. */
const SECRET_LENGTH = 8;
const REDACTED = "[upstream]";

/** Takes out of an upstream's errors whatever of its URL they repeat: host, user, password, keys in path and query. */
export function createRedaction(url: URL): (error: JsonRpcError) => JsonRpcError {
  const parts = [
    url.href,
    url.host,
    url.hostname,
    url.username,
    url.password,
    ...[url.username, url.password].map(decode),
    ...url.pathname.split("/").filter((part) => part.length >= SECRET_LENGTH),
    ...[...url.searchParams.values()].filter((value) => value.length >= SECRET_LENGTH),
  ]
    .filter((part) => part !== "")
    .sort((a, b) => b.length - a.length);
  const clean = (text: string) =>
    parts.reduce((cleaned, part) => cleaned.replaceAll(part, REDACTED), text);
  return ({ code, message, data }) => ({
    code,
    message: clean(message),
    ...(data === undefined ? {} : { data: JSON.parse(clean(JSON.stringify(data))) }),
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
