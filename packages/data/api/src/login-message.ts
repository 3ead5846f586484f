import { type Address, getAddress, isAddress } from "viem";

/** The fields of an EIP-4361 message. Times in milliseconds since the Unix epoch. */
export interface LoginMessage {
  readonly scheme: string | undefined;
  /** As the wallet saw it: host, and port where it is not the default one. */
  readonly domain: string;
  readonly address: Address;
  readonly statement: string | undefined;
  readonly uri: string;
  readonly chainId: number;
  readonly nonce: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number | undefined;
  readonly notBeforeMs: number | undefined;
  readonly requestId: string | undefined;
  readonly resources: readonly string[];
}

/**
 * Reads a message by its grammar, line by line, and nothing that only looks like one: a field stands in its
 * place or not at all, so a nonce written into another field is no nonce.
 *
 * @returns what is wrong, as a sentence, where it is no such message
 * @see EIP-4361, "ABNF Message Format"
 */
export function parseLoginMessage(text: string): LoginMessage | { readonly wrong: string } {
  const lines = new Lines(text);
  try {
    return readMessage(lines);
  } catch (error) {
    if (error instanceof Wrong) return { wrong: `line ${lines.at}: ${error.message}` };
    throw error;
  }
}

class Wrong extends Error {}

function readMessage(lines: Lines): LoginMessage {
  const [, scheme, domain = ""] = lines.match(OPENING, "wants you to sign in");
  const [address = ""] = lines.match(/^0x[0-9a-fA-F]{40}$/, "an address");
  if (!isAddress(address)) throw new Wrong("the address breaks its EIP-55 checksum");
  lines.match(/^$/, "an empty line");
  const statement = readStatement(lines);
  const [, uri = ""] = lines.match(/^URI: (\S+)$/, "URI");
  lines.match(/^Version: 1$/, "Version: 1");
  const [, chainId = ""] = lines.match(/^Chain ID: ([1-9]\d{0,14})$/, "Chain ID");
  const [, nonce = ""] = lines.match(/^Nonce: ([a-zA-Z0-9]{8,128})$/, "Nonce, alphanumeric");
  const issuedAtMs = readTime(lines.match(/^Issued At: (\S+)$/, "Issued At")[1]);
  const expiresAt = lines.tryMatch(/^Expiration Time: (\S+)$/)?.[1];
  const expiresAtMs = expiresAt === undefined ? undefined : readTime(expiresAt);
  const notBefore = lines.tryMatch(/^Not Before: (\S+)$/)?.[1];
  const notBeforeMs = notBefore === undefined ? undefined : readTime(notBefore);
  const requestId = lines.tryMatch(/^Request ID: ([\w.~!$&'()*+,;=:@%-]*)$/)?.[1];
  const resources = readResources(lines);
  lines.end();
  return {
    ...{ scheme, domain, address: getAddress(address), statement, uri, chainId: Number(chainId) },
    ...{ nonce, issuedAtMs, expiresAtMs, notBeforeMs, requestId, resources },
  };
}

const OPENING =
  /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):\/\/)?([^\s/?#@]+) wants you to sign in with your Ethereum account:$/;

/** One line of printable ASCII between two empty ones, or a second empty line. */
function readStatement(lines: Lines): string | undefined {
  if (lines.tryMatch(/^$/)) return undefined;
  const [statement = ""] = lines.match(/^[\x20-\x7e]+$/, "a statement or an empty line");
  lines.match(/^$/, "an empty line after the statement");
  return statement;
}

function readResources(lines: Lines): string[] {
  const resources: string[] = [];
  if (!lines.tryMatch(/^Resources:$/)) return resources;
  for (let found = lines.tryMatch(/^- (\S+)$/); found; found = lines.tryMatch(/^- (\S+)$/)) {
    const [, uri = ""] = found;
    if (!URL.canParse(uri)) throw new Wrong("a resource is a URI");
    resources.push(uri);
  }
  return resources;
}

const RFC3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

function readTime(text = ""): number {
  const timeMs = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new Wrong("a time is written as in RFC 3339");
  return timeMs;
}

/** The lines of a text, each taken once. */
class Lines {
  readonly #lines: readonly string[];
  #taken = 0;

  constructor(text: string) {
    this.#lines = text.split("\n");
  }

  /** Number of the line taken last, from 1. */
  get at(): number {
    return this.#taken;
  }

  match(pattern: RegExp, expected: string): RegExpExecArray {
    const line = this.#lines[this.#taken++];
    const found = line === undefined ? null : pattern.exec(line);
    if (!found) throw new Wrong(`expected ${expected}`);
    return found;
  }

  /** Takes the line only if it matches. */
  tryMatch(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.#lines[this.#taken] ?? "\n");
    if (!found) return undefined;
    this.#taken += 1;
    return found;
  }

  end(): void {
    if (this.#taken < this.#lines.length) {
      this.#taken += 1;
      throw new Wrong("nothing more belongs here");
    }
  }
}
