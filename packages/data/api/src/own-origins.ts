import { isIPv6 } from "node:net";

const LOOPBACK = ["127.0.0.1", "localhost", "::1"];
const EVERYWHERE = ["0.0.0.0", "::"];

/**
 * Where nobody but us can serve a page: the address we listen on. Who listens everywhere has many, of which only
 * loopback is known for sure.
 */
export function ownOrigins(host: string, port: number): string[] {
  const local = LOOPBACK.includes(host) || EVERYWHERE.includes(host);
  const names = local ? LOOPBACK : [host];
  return names.map((name) => new URL(`http://${isIPv6(name) ? `[${name}]` : name}:${port}`).origin);
}
