import type { z } from "zod";
import { CodedError } from "./coded-error.ts";

export interface ConfigIssue {
  readonly key: string;
  readonly message: string;
}

export class ConfigError extends CodedError<{ code: "CONFIG_INVALID"; issues: ConfigIssue[] }> {}

/**
 * Reads settings once and freezes them.
 *
 * @throws {ConfigError} `CONFIG_INVALID`, naming every setting that is wrong, not only the first. The values
 *   are left out: they may be secrets.
 */
export function parseConfig<S extends z.ZodType>(
  schema: S,
  source: unknown,
): Readonly<z.output<S>> {
  const parsed = schema.safeParse(source);
  if (parsed.success) return Object.freeze(parsed.data) as Readonly<z.output<S>>;
  const issues = parsed.error.issues.map((issue) => ({
    key: issue.path.join(".") || "(settings)",
    message: issue.message,
  }));
  const wrong = issues.map((issue) => `${issue.key}: ${issue.message}`).join("; ");
  throw new ConfigError({ code: "CONFIG_INVALID", issues }, `wrong settings: ${wrong}`);
}
