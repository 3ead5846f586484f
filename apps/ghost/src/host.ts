import { isIPv6 } from "node:net";

/**
 * A host to listen on as Node takes it: a name or an address, IPv6 without brackets.
 *
 * @returns undefined for what is neither, such as a URL or a host with a port
 */
export function parseHost(text: string): string | undefined {
  const address = text.replace(/^\[(.*)\]$/, "$1");
  if (isIPv6(address)) return URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
  return NAME.test(text) ? URL.parse(`http://${text}`)?.hostname : undefined;
}

/** Labels of letters, digits and hyphens, as the domain name system has them; also an IPv4 address. */
const NAME =
  /^(?!.{254})[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** As it stands in a URL. */
export function hostInUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** Whether only programs of this machine reach what listens on `host`. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** Whether `host` stands for every address of this machine. */
export function isEverywhere(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
