import type { OptionName } from "./options.ts";
import type { CommandForm } from "./parse-settings.ts";

const GAME: readonly OptionName[] = [
  "GHOST_CORE_ADDRESS",
  "DATA_TOKEN_ADDRESS",
  "TRACE_SCAN_ADDRESS",
  "START_BLOCK",
];

const BOOSTS: readonly OptionName[] = ["BOOST_SIGNER_KEY_FILE", "BOOST_SIGNER_PRIVATE_KEY"];

/** Every command, in the order in which help names them. */
export const FORMS = {
  up: {
    name: "up",
    about: "Runs the whole stack in one process: chain, indexer, gateway, API and page.",
    options: [
      ...["--data-dir", "--rpc-port", "--api-port", "--gateway-port", "--block-time"],
      ...["--players", "--host", "--config", "--watch", "--fresh", "--log-level"],
      ...[
        "DATABASE_URL",
        "REDIS_URL",
        "RPC_URL",
        ...GAME,
        ...BOOSTS,
        "PAGE_ORIGINS",
        "TRUST_PROXY",
        "RPC_CLIENTS_FILE",
      ],
    ] as OptionName[],
  },
  node: {
    name: "node",
    about: "Runs a dev chain alone and serves its JSON-RPC.",
    options: [
      ...["--data-dir", "--rpc-port", "--block-time", "--host", "--status-port", "--fresh"],
      "--log-level",
    ] as OptionName[],
  },
  game: {
    name: "game",
    about: "Puts the game on a dev chain and keeps it going: contracts, scans, simulated players.",
    options: [
      ...["--players", "--config", "--host", "--status-port", "--log-level", "RPC_URL", "CHAIN_ID"],
      ...BOOSTS,
    ] as OptionName[],
    needs: ["RPC_URL"],
  },
  indexer: {
    name: "indexer",
    about:
      "Follows the chain into the database. Of several, one writes; another takes over when it ends.",
    options: [
      ...["--config", "--host", "--status-port", "--log-level", "DATABASE_URL", "REDIS_URL"],
      ...["RPC_URL", "CHAIN_ID", ...GAME],
    ] as OptionName[],
    needs: ["DATABASE_URL", "RPC_URL"],
  },
  "indexer status": {
    name: "indexer status",
    about: "Tells how far the tables are, and, where RPC_URL is set, how far the chain is.",
    options: ["--data-dir", "--log-level", "DATABASE_URL", "RPC_URL"],
  },
  "indexer rebuild": {
    name: "indexer rebuild",
    about:
      "Has all tables derived anew from the events that are stored, by the indexer that runs or the next.",
    options: ["--data-dir", "--log-level", "DATABASE_URL"],
  },
  "indexer verify": {
    name: "indexer verify",
    about:
      "Computes all tables again and compares them with what is stored; with RPC_URL the events too.",
    options: [
      "--config",
      "--data-dir",
      "--log-level",
      "DATABASE_URL",
      "RPC_URL",
      "CHAIN_ID",
      ...GAME,
    ],
  },
  gateway: {
    name: "gateway",
    about: "Streams what the indexer commits to WebSocket clients; any number side by side.",
    options: [
      ...["--config", "--gateway-port", "--host", "--status-port", "--log-level", "DATABASE_URL"],
      ...["REDIS_URL", "CHAIN_ID", ...GAME, "PAGE_ORIGINS", "GATEWAY_PUBLIC", "AUTH_KEY_FILE"],
      ...["GATEWAY_DRAIN_MS", "GATEWAY_SHARE_PORT"],
    ] as OptionName[],
    needs: ["DATABASE_URL"],
  },
  api: {
    name: "api",
    about: "Serves the HTTP API and the page; any number side by side.",
    options: [
      ...[
        "--config",
        "--api-port",
        "--host",
        "--log-level",
        "DATABASE_URL",
        "REDIS_URL",
        "RPC_URL",
      ],
      ...["CHAIN_ID", ...GAME, ...BOOSTS, "PAGE_ORIGINS", "TRUST_PROXY", "AUTH_KEY_FILE"],
      ...["RPC_CLIENTS_FILE", "ANALYTICS_FILE"],
      ...["GATEWAY_URL", "PUBLIC_RPC_URL"],
    ] as OptionName[],
    needs: ["DATABASE_URL", "RPC_URL"],
  },
  "analytics rebuild": {
    name: "analytics rebuild",
    about: "Has what /analytics answers counted anew, by every process that serves it.",
    options: ["--data-dir", "--log-level", "DATABASE_URL"],
  },
  "keys rotate": {
    name: "keys rotate",
    about:
      "Signs session tokens with a new key from now on, and keeps the old one for as long as its tokens live.",
    options: ["AUTH_KEY_FILE"],
  },
  "db backup": {
    name: "db backup",
    about:
      "Writes all that the data plane has stored into a file (gzip), while others go on writing.",
    options: ["--data-dir", "--log-level", "DATABASE_URL"],
    operands: ["FILE"],
  },
  "db restore": {
    name: "db restore",
    about: "Fills an empty database from such a file, whichever PostgreSQL it came from.",
    options: ["--data-dir", "--log-level", "DATABASE_URL"],
    operands: ["FILE"],
  },
  init: {
    name: "init",
    about: "Writes a product of one's own to begin with: contract, tables, feed, route and test.",
    options: [],
    operands: ["DIR"],
  },
} as const satisfies Readonly<Record<string, CommandForm>>;

export type CommandName = keyof typeof FORMS;

/** What `ghost --help` prints. */
export function describeCommands(): string {
  const lines = Object.values(FORMS).map(({ name, about }) => `  ${name.padEnd(16)} ${about}`);
  return [
    "usage: ghost COMMAND [options]",
    lines.join("\n"),
    "ghost COMMAND --help says more.",
  ].join("\n\n");
}
