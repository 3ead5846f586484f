import { z } from "zod";
import { parseHost } from "../host.ts";

/** One flag or environment variable: what it may be, and what help says of it. */
export interface Option {
  readonly schema: z.ZodType;
  /** What stands behind a flag in help; a flag without it is a switch. */
  readonly value?: string;
  readonly help: string;
  /** The default as help shows it. */
  readonly shown?: string;
}

/** Plain digits only: `Number` would take an empty text for 0, and `0x10` for a port. */
const wholeNumber = (text: string) =>
  z
    .string()
    .regex(/^-?\d{1,10}$/, text)
    .transform(Number);
const port = wholeNumber("must be a port number").refine(
  (number) => number >= 0 && number <= 65_535,
  "must be 0 (any free port) to 65535",
);
const url = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `must be a URL such as ${example}` });
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "must be an address: 0x and 40 hexadecimal digits");
const choice = z
  .enum(["true", "false"], { error: "must be true or false" })
  .transform((text) => text === "true");

/** Everything that can be set, flags with their two hyphens, in the order in which help names them. */
export const OPTIONS = {
  "--data-dir": {
    schema: z.string().min(1, "must name a directory").default("./.ghost"),
    ...{ value: "DIR", help: "where everything is kept", shown: "./.ghost" },
  },
  "--rpc-port": {
    schema: port.default(8545),
    ...{ value: "PORT", help: "JSON-RPC, HTTP and WebSocket", shown: "8545" },
  },
  "--api-port": {
    schema: port.default(3000),
    ...{ value: "PORT", help: "HTTP API and page", shown: "3000" },
  },
  "--gateway-port": {
    schema: port.default(8080),
    ...{ value: "PORT", help: "WebSocket gateway", shown: "8080" },
  },
  "--status-port": {
    schema: port.optional(),
    ...{ value: "PORT", help: "/health and /metrics of this process", shown: "none" },
  },
  "--block-time": {
    schema: wholeNumber("must be whole milliseconds")
      .refine(
        (ms) => ms === 0 || (ms >= 10 && ms <= 3_600_000),
        "must be 0 (a block per transaction), or 10 to 3600000 milliseconds",
      )
      .default(1_000),
    ...{ value: "MS", help: "time between blocks; 0: instant", shown: "1000" },
  },
  "--players": {
    schema: wholeNumber("must be a whole number")
      .refine((count) => count >= 0 && count <= 500, "must be 0 to 500")
      .default(8),
    ...{ value: "N", help: "simulated players", shown: "8" },
  },
  "--host": {
    schema: z.string().transform(readHost).default("127.0.0.1"),
    ...{ value: "HOST", help: "address to listen on", shown: "127.0.0.1" },
  },
  "--config": {
    schema: z.string().min(1, "must name a file").optional(),
    ...{ value: "FILE", help: "products of your own", shown: "ghost.config.ts, if there" },
  },
  "--watch": { schema: z.boolean().default(false), help: "take up changed products while running" },
  "--fresh": { schema: z.boolean().default(false), help: "delete the data directory first" },
  "--log-level": {
    schema: z
      .enum(["error", "warn", "info", "debug", "silent"], {
        error: "must be error, warn, info, debug or silent",
      })
      .default("warn"),
    ...{ value: "LEVEL", help: "error, warn, info, debug or silent", shown: "warn" },
  },
  DATABASE_URL: {
    schema: url(/^postgres(ql)?$/, "postgres://user@host/database").optional(),
    help: "a PostgreSQL server, 15 or later, instead of the embedded one",
  },
  REDIS_URL: {
    schema: url(/^rediss?$/, "redis://127.0.0.1:6379").optional(),
    help: "a Redis server, 7 or later, to carry announcements between processes",
  },
  RPC_URL: {
    schema: z.string().transform(readRpcUrls).optional(),
    help: "the EVM chain to follow, http(s) or ws(s), or several with commas between them",
  },
  CHAIN_ID: {
    schema: wholeNumber("must be a chain's number")
      .refine((id) => id > 0, "must be above 0")
      .default(31_337),
    help: "of the chain that is followed (31337)",
  },
  GHOST_CORE_ADDRESS: {
    schema: address.optional(),
    help: "where the game is, on a chain that is no dev chain; with the next three",
  },
  DATA_TOKEN_ADDRESS: { schema: address.optional(), help: "its token" },
  TRACE_SCAN_ADDRESS: { schema: address.optional(), help: "its scanner" },
  START_BLOCK: {
    schema: z
      .string()
      .regex(/^\d{1,18}$/, "must be a block number")
      .transform(BigInt)
      .optional(),
    help: "the block it was deployed in (0)",
  },
  PAGE_ORIGINS: {
    schema: z.string().transform(readOrigins).default([]),
    help:
      "where else pages are served from, as https://ghost.example,https://www.ghost.example: " +
      "only there, on loopback and on --host itself can users log in",
  },
  AUTH_KEY_FILE: {
    schema: z.string().min(1).default("./.ghost/auth-keys.json"),
    help: "the keys of session tokens, one file for all processes (./.ghost/auth-keys.json)",
  },
  BOOST_SIGNER_KEY_FILE: {
    schema: z.string().min(1).optional(),
    help:
      "keys that sign boosts, one a line, of which the game's contract trusts one; read again when it changes " +
      "(on a dev chain one is made in the data directory, or as ./.ghost/boost-signer.key)",
  },
  BOOST_SIGNER_PRIVATE_KEY: {
    schema: z
      .string()
      .regex(/^(0x)?[0-9a-fA-F]{64}$/, "must be a private key: 64 hexadecimal digits")
      .optional(),
    help: "one such key, where there is no file",
  },
  RPC_CLIENTS_FILE: {
    schema: z.string().min(1).optional(),
    help: "programs that sign what they send to POST /rpc, and their keys and limits",
  },
  ANALYTICS_FILE: {
    schema: z.string().min(1).optional(),
    help: "where this process alone keeps what /analytics counts (in memory, counted anew at each start)",
  },
  GATEWAY_PUBLIC: {
    schema: choice.optional(),
    help: "whether the feed may be watched without a login (true on loopback, else false)",
  },
  GATEWAY_DRAIN_MS: {
    schema: wholeNumber("must be whole milliseconds")
      .refine((ms) => ms >= 0 && ms <= 600_000, "must be 0 to 600000 milliseconds")
      .optional(),
    help: "over how long a gateway that stops sends its clients to others (0)",
  },
  GATEWAY_SHARE_PORT: {
    schema: choice.optional(),
    help: "whether several gateways of one Linux machine listen on the same port (false)",
  },
  GATEWAY_URL: {
    schema: url(/^wss?$/, "wss://ghost.example/ws").default("ws://127.0.0.1:8080/ws"),
    help: "where clients reach the gateway (ws://127.0.0.1:8080/ws)",
  },
  PUBLIC_RPC_URL: {
    schema: url(/^https?$/, "https://rpc.ghost.example").optional(),
    help: "where clients reach the chain (the first RPC_URL, without its credentials)",
  },
  TRUST_PROXY: {
    schema: z.string().transform(readList).default([]),
    help: "balancers whose X-Forwarded-For is believed, as addresses or subnets with commas between them",
  },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof OPTIONS;

function readHost(text: string, context: z.RefinementCtx): string {
  const host = parseHost(text);
  if (host !== undefined) return host;
  context.addIssue("must be a host name or an IP address, without scheme or port");
  return z.NEVER;
}

function readRpcUrls(text: string, context: z.RefinementCtx): readonly [string, ...string[]] {
  const [first, ...others] = readList(text);
  const isRpc = (entry: string) => /^(https?|wss?):$/.test(URL.parse(entry)?.protocol ?? "");
  if (first !== undefined && [first, ...others].every(isRpc)) return [first, ...others];
  context.addIssue("must be a URL such as http://127.0.0.1:8545, or several with commas");
  return z.NEVER;
}

function readOrigins(text: string, context: z.RefinementCtx): readonly string[] {
  return text.split(",").map((entry) => {
    const url = URL.parse(entry.trim());
    // only an http(s) URL with nothing behind its host is the same as its origin
    if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
    context.addIssue("must be origins such as https://ghost.example, separated by commas");
    return z.NEVER;
  });
}

function readList(text: string): string[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
