import type { z } from "zod";
import { ProtocolError } from "../protocol-error.ts";

/** @throws {ProtocolError} `SPEC_INVALID`, naming every key that is wrong */
export function parseSpecSource<S extends z.ZodType>(schema: S, source: unknown): z.output<S> {
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({
    key: path.join(".") || "(chain spec)",
    message,
  }));
  const lines = issues.map(({ key, message }) => `  ${key}: ${message}`).join("\n");
  throw new ProtocolError({ code: "SPEC_INVALID", issues }, `the chain spec is wrong:\n${lines}`);
}
