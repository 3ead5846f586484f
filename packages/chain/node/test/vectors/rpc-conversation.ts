import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of ethereum/execution-apis: requests and what a client answered. */
export interface Conversation {
  /** Such as `eth_call/call-contract`. */
  readonly name: string;
  /** The answer need only have the shape of the one given, not its values. */
  readonly isShapeOnly: boolean;
  readonly exchanges: readonly Exchange[];
}

interface Exchange {
  readonly request: string;
  readonly expected: unknown;
}

export function readConversations(directory: string): Conversation[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".io"))
    .sort()
    .map((name) =>
      parseConversation(name.slice(0, -3), readFileSync(join(directory, name), "utf8")),
    );
}

function parseConversation(name: string, text: string): Conversation {
  const exchanges: Exchange[] = [];
  let isShapeOnly = false;
  let request = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("//")) isShapeOnly ||= line.includes("speconly");
    else if (line.startsWith(">> ")) request = line.slice(3);
    else if (line.startsWith("<< ")) {
      exchanges.push({ request, expected: JSON.parse(line.slice(3)) });
    }
  }
  return { name, isShapeOnly, exchanges };
}

/**
 * What is compared. Of an error only the code and the data: every client has its own words. Of an answer of
 * which only the shape counts, every text becomes its kind.
 */
export function comparable(response: unknown, isShapeOnly: boolean): unknown {
  const { jsonrpc, id, result, error } = response as Record<string, unknown>;
  const told = (error as { code: number; data?: unknown } | undefined) && {
    code: (error as { code: number }).code,
    data: (error as { data?: unknown }).data,
  };
  return { jsonrpc, id, result: isShapeOnly ? shapeOf(result) : result, error: told };
}

/** Members that the specification leaves to the client. */
const OPTIONAL: ReadonlySet<string> = new Set(["deleteStrategy"]);

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([key]) => !OPTIONAL.has(key));
    return Object.fromEntries(members.map(([key, inner]) => [key, shapeOf(inner)]));
  }
  if (typeof value === "string") return /^0x[0-9a-f]*$/.test(value) ? "hex" : "text";
  return typeof value;
}
