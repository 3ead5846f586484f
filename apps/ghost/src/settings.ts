import { parseArgs } from "node:util";
import { parseConfig } from "@ghostchain/service";
import { z } from "zod";
import { CommandError } from "./command-error.ts";
import { parseHost } from "./host.ts";

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
  z.url({ protocol: protocols, error: `must be a URL such as ${example}` }).optional();
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "must be an address: 0x and 40 hexadecimal digits");

const ADDRESSES = ["GHOST_CORE_ADDRESS", "DATA_TOKEN_ADDRESS", "TRACE_SCAN_ADDRESS"] as const;

const fields = z.object({
  "--data-dir": z.string().min(1, "must name a directory").default("./.ghost"),
  "--rpc-port": port.default(8545),
  "--api-port": port.default(3000),
  "--gateway-port": port.default(8080),
  "--block-time": wholeNumber("must be whole milliseconds")
    .refine(
      (ms) => ms === 0 || (ms >= 10 && ms <= 3_600_000),
      "must be 0 (a block per transaction), or 10 to 3600000 milliseconds",
    )
    .default(1_000),
  "--players": wholeNumber("must be a whole number")
    .refine((count) => count >= 0 && count <= 500, "must be 0 to 500")
    .default(8),
  "--host": z.string().transform(readHost).default("127.0.0.1"),
  "--fresh": z.boolean().default(false),
  "--log-level": z
    .enum(["error", "warn", "info", "debug", "silent"], {
      error: "must be error, warn, info, debug or silent",
    })
    .default("warn"),
  DATABASE_URL: url(/^postgres(ql)?$/, "postgres://user@host/database"),
  REDIS_URL: url(/^rediss?$/, "redis://127.0.0.1:6379"),
  RPC_URL: url(/^(https?|wss?)$/, "http://127.0.0.1:8545"),
  GHOST_CORE_ADDRESS: address.optional(),
  DATA_TOKEN_ADDRESS: address.optional(),
  TRACE_SCAN_ADDRESS: address.optional(),
  START_BLOCK: z
    .string()
    .regex(/^\d{1,18}$/, "must be a block number")
    .transform(BigInt)
    .optional(),
  PAGE_ORIGINS: z.string().transform(readOrigins).default([]),
});

const settingsSchema = fields.superRefine((settings, context) => {
  const missing = ADDRESSES.filter((name) => settings[name] === undefined);
  if (missing.length === 0 || missing.length === ADDRESSES.length) return;
  for (const name of missing) {
    context.addIssue({
      code: "custom",
      path: [name],
      message: "is missing: the three go together",
    });
  }
});

export type Settings = Readonly<z.output<typeof settingsSchema>>;

export const USAGE = `usage: ghost up [options]

Runs the whole stack in one process: chain, indexer, gateway, API and page.

  --data-dir DIR       where everything is kept            (./.ghost)
  --rpc-port PORT      JSON-RPC, HTTP and WebSocket        (8545)
  --api-port PORT      HTTP API and page                   (3000)
  --gateway-port PORT  WebSocket gateway                   (8080)
  --block-time MS      time between blocks; 0: instant     (1000)
  --players N          simulated players                   (8)
  --host HOST          address to listen on                (127.0.0.1)
  --fresh              delete the data directory first
  --log-level LEVEL    error, warn, info, debug or silent  (warn)
  --help               this text

Environment:

  DATABASE_URL   a PostgreSQL server instead of the embedded one
  REDIS_URL      a Redis server instead of the in-process bus
  RPC_URL        another EVM chain instead of our own; clients are told it too (GET /network). Where it is
                 no dev chain, say where the game is: GHOST_CORE_ADDRESS, DATA_TOKEN_ADDRESS,
                 TRACE_SCAN_ADDRESS, START_BLOCK
  PAGE_ORIGINS   where else pages are served from, as https://ghost.example,https://www.ghost.example:
                 only there, on loopback and on --host itself can users log in`;

/**
 * @param arguments_ what follows the command's name
 * @throws {CommandError} `FLAG_UNKNOWN`
 * @throws {ConfigError} `CONFIG_INVALID`, naming every flag and variable that is wrong
 */
export function parseSettings(
  arguments_: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings | "help" {
  const flags = parseFlags(arguments_);
  if (flags.help === true) return "help";
  const named = Object.fromEntries(
    Object.entries(flags).map(([name, value]) => [`--${name}`, value]),
  );
  const set = Object.entries(environment).filter(([, value]) => value !== "");
  return parseConfig(settingsSchema, { ...Object.fromEntries(set), ...named });
}

function readHost(text: string, context: z.RefinementCtx): string {
  const host = parseHost(text);
  if (host !== undefined) return host;
  context.addIssue("must be a host name or an IP address, without scheme or port");
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

function parseFlags(arguments_: readonly string[]): Record<string, string | boolean | undefined> {
  const text = { type: "string" } as const;
  const choice = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...arguments_],
      strict: true,
      allowPositionals: false,
      options: {
        "data-dir": text,
        "rpc-port": text,
        "api-port": text,
        "gateway-port": text,
        "block-time": text,
        players: text,
        host: text,
        fresh: choice,
        "log-level": text,
        help: { ...choice, short: "h" },
      },
    }).values;
  } catch (error) {
    const [line = ""] = String(error instanceof Error ? error.message : error).split("\n");
    const reason = line.replace(/\.+$/, "");
    throw new CommandError({ code: "FLAG_UNKNOWN", reason }, `${reason}. See ghost up --help.`);
  }
}
