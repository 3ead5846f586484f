import { isIP } from "node:net";

/** Who may talk to the server from a browser. */
export interface AccessPolicy {
  /** Whether the Host header names this server: a foreign name is what DNS rebinding looks like. */
  allowsHost(host: string | undefined): boolean;
  /** What `Access-Control-Allow-Origin` answers an origin; undefined when it may not read answers. */
  allowedOrigin(origin: string): string | undefined;
}

export interface AccessOptions {
  /** `*`, or origins such as `https://app.example`. */
  readonly origins: "*" | readonly string[];
  /** `*`, or names without port. IP addresses and `localhost` are always let in. */
  readonly hosts: "*" | readonly string[];
}

export function createAccessPolicy(options: AccessOptions): AccessPolicy {
  const { hosts, origins } = options;
  const names = new Set(hosts === "*" ? [] : hosts.map((name) => name.toLowerCase()));
  const allowed = new Set(origins === "*" ? [] : origins.map((origin) => origin.toLowerCase()));
  return {
    allowsHost: (host) => {
      if (hosts === "*" || host === undefined) return true;
      const name = withoutPort(host).toLowerCase();
      return isLocalName(name) || isIP(name) !== 0 || names.has(name);
    },
    allowedOrigin: (origin) => {
      if (origins === "*") return "*";
      return allowed.has(origin.toLowerCase()) ? origin : undefined;
    },
  };
}

/** Whether only programs of this machine can reach what listens here. */
export function isLoopback(host: string): boolean {
  return isLocalName(host) || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function isLocalName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost");
}

function withoutPort(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d*$/, "");
}
