import { CodedError, ConfigError } from "@ghostchain/service";
import { CommandError } from "./command-error.ts";
import { parseSettings, USAGE } from "./settings.ts";

const LINGER_MS = 200;
const PATIENCE_MS = 1_000;
/** What shells answer for a program ended by SIGINT. */
const INTERRUPTED = 130;

/** `ghost COMMAND [options]`. Only this file sees the arguments, the environment and the signals. */
const [command = "--help", ...arguments_] = process.argv.slice(2);

try {
  await run(command);
} catch (error) {
  console.error(`error: ${oneLine(error)}`);
  process.exitCode = 1;
}
// Everything has stopped. What a library may still hold open must not keep us.
setTimeout(() => process.exit(), LINGER_MS).unref();

async function run(command: string): Promise<void> {
  if (["--help", "-h", "help"].includes(command)) return console.log(USAGE);
  if (command !== "up") {
    throw new CommandError(
      { code: "COMMAND_UNKNOWN", command },
      `there is no command ${command}. See ghost --help.`,
    );
  }
  const settings = parseSettings(arguments_, process.env);
  if (settings === "help") return console.log(USAGE);
  // loaded only now, so that help and a wrong flag answer at once
  const { up } = await import("./up.ts");
  // until here nothing was opened, and a signal may end us as it likes
  await up(settings, heedSignals());
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
