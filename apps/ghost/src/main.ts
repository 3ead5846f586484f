import { CodedError, ConfigError } from "@ghostchain/service";
import { CommandError } from "./command-error.ts";
import { parseSettings, USAGE } from "./settings.ts";

const LINGER_MS = 200;

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
  const shutdown = new AbortController();
  const interrupt = () => shutdown.abort(new Error("interrupted"));
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  await up(settings, shutdown.signal);
}

/** What to tell a person; a stack is only for what should not have happened. */
function oneLine(error: unknown): string {
  if (error instanceof ConfigError || error instanceof CodedError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
