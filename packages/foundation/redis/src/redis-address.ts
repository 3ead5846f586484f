/**
 * Host and port of a Redis' URL: what may be shown of it.
 *
 * @throws what `malformed` makes of a reason, which holds nothing of the URL but its scheme
 */
export function redisAddress(url: string, malformed: (reason: string) => Error): string {
  if (!URL.canParse(url)) throw malformed("not a URL");
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "redis:" && protocol !== "rediss:") throw malformed(`the scheme is ${protocol}`);
  return `${hostname || "localhost"}:${port || "6379"}`;
}
