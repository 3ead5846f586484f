import { CodedError, ConfigError } from "@ghostchain/service";
import { CommandError } from "./command-error.ts";
import { type CommandName, describeCommands, FORMS } from "./settings/forms.ts";
import { describeCommand, parseSettings, type Settings } from "./settings/parse-settings.ts";

const LINGER_MS = 200;
const PATIENCE_MS = 1_000;
/** What shells answer for a program ended by SIGINT. */
const INTERRUPTED = 130;

type Command = (settings: Settings, signal: AbortSignal) => Promise<void>;

/** Loaded only when it is their turn, so that help and a wrong flag answer at once. */
const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  up: async () => (await import("./commands/up.ts")).up,
  node: async () => (await import("./commands/node.ts")).node,
  game: async () => (await import("./commands/game.ts")).game,
  indexer: async () => (await import("./commands/indexer.ts")).indexer,
  "indexer status": async () => (await import("./commands/indexer-admin.ts")).status,
  "indexer rebuild": async () => (await import("./commands/indexer-admin.ts")).rebuild,
  "indexer verify": async () => (await import("./commands/indexer-admin.ts")).verify,
  gateway: async () => (await import("./commands/gateway.ts")).gateway,
  api: async () => (await import("./commands/api.ts")).api,
  "analytics rebuild": async () => (await import("./commands/analytics.ts")).rebuild,
  "keys rotate": async () => (await import("./commands/keys.ts")).rotate,
  "db backup": async () => (await import("./commands/db.ts")).backup,
  "db restore": async () => (await import("./commands/db.ts")).restore,
  init: async () => (await import("./commands/init.ts")).init,
};

/** `ghost COMMAND [options]`. Only this file sees the arguments, the environment and the signals. */
const arguments_ = process.argv.slice(2);

try {
  await run();
} catch (error) {
  console.error(`error: ${oneLine(error)}`);
  process.exitCode = 1;
}
// Everything has stopped. What a library may still hold open must not keep us.
setTimeout(() => process.exit(), LINGER_MS).unref();

async function run(): Promise<void> {
  const [first = "--help"] = arguments_;
  if (["--help", "-h", "help"].includes(first)) return console.log(describeCommands());
  const { name, words } = findCommand();
  const form = FORMS[name];
  const settings = parseSettings(form, arguments_.slice(words), process.env);
  if (settings === "help") return console.log(describeCommand(form));
  const command = await COMMANDS[name]();
  // until here nothing was opened, and a signal may end us as it likes
  await command(settings, heedSignals());
}

/** The longest name that the arguments begin with. */
function findCommand(): { name: CommandName; words: number } {
  for (const words of [2, 1]) {
    const typed = arguments_.slice(0, words).join(" ");
    if (isCommand(typed)) return { name: typed, words };
  }
  const [command = ""] = arguments_;
  throw new CommandError(
    { code: "COMMAND_UNKNOWN", command },
    `there is no command ${command}. See ghost --help.`,
  );
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(FORMS, name);
}

/**
 * Aborts at the first signal. Ctrl-C under `npm start` brings it twice, from the terminal and from npm; only one
 * that comes later than that means that somebody has lost patience.
 */
function heedSignals(): AbortSignal {
  const shutdown = new AbortController();
  let firstMs = 0;
  const heed = () => {
    if (shutdown.signal.aborted) {
      if (performance.now() - firstMs > PATIENCE_MS) process.exit(INTERRUPTED);
      return;
    }
    firstMs = performance.now();
    shutdown.abort(new Error("interrupted"));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, heed);
  return shutdown.signal;
}

/** What to tell a person; a stack is only for what should not have happened. */
function oneLine(error: unknown): string {
  if (error instanceof ConfigError || error instanceof CodedError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
