import { parseArgs } from "node:util";
import { parseConfig } from "@ghostchain/service";
import { z } from "zod";
import { CommandError } from "../command-error.ts";
import { OPTIONS, type Option, type OptionName } from "./options.ts";

/** A command's face: what it is for, and what it takes. */
export interface CommandForm {
  /** As it is typed behind `ghost`: `up`, `db backup`. */
  readonly name: string;
  /** A line or two for a person. */
  readonly about: string;
  readonly options: readonly OptionName[];
  /** Those of `options` that have no default here and must be given. */
  readonly needs?: readonly OptionName[];
  /** What follows without a hyphen, each of them needed: `FILE`. */
  readonly operands?: readonly string[];
}

const fields = z.object(
  Object.fromEntries(Object.entries(OPTIONS).map(([name, { schema }]) => [name, schema])) as {
    [Name in OptionName]: (typeof OPTIONS)[Name]["schema"];
  },
);

/** Of any command: what it does not take has its default. */
export type Settings = Readonly<z.output<typeof fields>> & { readonly operands: readonly string[] };

const ADDRESSES = ["GHOST_CORE_ADDRESS", "DATA_TOKEN_ADDRESS", "TRACE_SCAN_ADDRESS"] as const;

/**
 * @param arguments_ what follows the command's name
 * @throws {CommandError} `FLAG_UNKNOWN`
 * @throws {ConfigError} `CONFIG_INVALID`, naming every flag and variable that is wrong or missing
 */
export function parseSettings(
  form: CommandForm,
  arguments_: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings | "help" {
  const { values, positionals } = readArguments(form, arguments_);
  if (values.help === true) return "help";
  const given: Record<string, unknown> = {};
  for (const name of form.options) {
    const value = name.startsWith("--") ? values[name.slice(2)] : environment[name];
    // an empty variable is an unset one, an empty flag is a mistake
    if (value !== undefined && (value !== "" || name.startsWith("--"))) given[name] = value;
  }
  const missing = (form.needs ?? []).filter((name) => given[name] === undefined);
  const settings = parseConfig(schemaFor(missing), given);
  return Object.freeze({ ...settings, operands: positionals });
}

/** What `ghost COMMAND --help` prints. */
export function describeCommand({
  name,
  about,
  options,
  operands = [],
  needs = [],
}: CommandForm): string {
  const flags = options.filter((option) => option.startsWith("--"));
  const variables = options.filter((option) => !option.startsWith("--"));
  const usage = ["usage: ghost", name, ...operands, "[options]"].join(" ");
  const blocks = [usage, about, [...flags.map(flagLine), HELP_LINE].join("\n")];
  if (variables.length > 0)
    blocks.push(
      "Environment:",
      variables.map((option) => variableLines(option, needs.includes(option))).join("\n"),
    );
  return blocks.join("\n\n");
}

const HELP_LINE = "  --help               this text";
const HELP_COLUMNS = 100;

function flagLine(name: OptionName): string {
  const { value, help, shown }: Option = OPTIONS[name];
  const head = `  ${name}${value ? ` ${value}` : ""}`.padEnd(23);
  return shown === undefined ? `${head}${help}` : `${head}${help.padEnd(36)} (${shown})`;
}

function variableLines(name: OptionName, needed: boolean): string {
  const text = needed ? `${OPTIONS[name].help}; needed` : OPTIONS[name].help;
  const indent = " ".repeat(23);
  const lines = [`  ${name.padEnd(20)}`];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (`${line} ${word}`.length <= HELP_COLUMNS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`${indent.slice(1)} ${word}`);
  }
  return lines.join("\n");
}

function schemaFor(missing: readonly OptionName[]) {
  return fields.superRefine((settings, context) => {
    const refuse = (name: OptionName, message: string) =>
      context.addIssue({ code: "custom", path: [name], message });
    for (const name of missing) refuse(name, `is missing: ${OPTIONS[name].help}`);
    const absent = ADDRESSES.filter((name) => settings[name] === undefined);
    if (absent.length === ADDRESSES.length) return;
    for (const name of absent) refuse(name, "is missing: the three go together");
  });
}

function readArguments(form: CommandForm, arguments_: readonly string[]) {
  const flags = form.options.filter((name) => name.startsWith("--"));
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = {
    help: { type: "boolean", short: "h" },
  };
  for (const name of flags) {
    const { value }: Option = OPTIONS[name];
    options[name.slice(2)] = { type: value === undefined ? "boolean" : "string" };
  }
  const { operands = [] } = form;
  try {
    const read = parseArgs({
      args: [...arguments_],
      strict: true,
      allowPositionals: operands.length > 0,
      options,
    });
    const { length } = read.positionals;
    if (read.values.help !== true && length !== operands.length) {
      throw new Error(`expected ${operands.join(" ")}, but got ${length} of them`);
    }
    return read;
  } catch (error) {
    const [line = ""] = String(error instanceof Error ? error.message : error).split("\n");
    const reason = line.replace(/\.+$/, "");
    throw new CommandError(
      { code: "FLAG_UNKNOWN", reason },
      `${reason}. See ghost ${form.name} --help.`,
    );
  }
}
