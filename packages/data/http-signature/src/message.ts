/** The lines of a header, names in lower case, each line of a repeated field for itself. */
export type FieldLines = ReadonlyMap<string, readonly string[]>;

/** A request as it went over the wire. */
export interface RequestMessage {
  readonly method: string;
  /** Of the URL that the client asked for: `https` also where something before us ended TLS. */
  readonly scheme: "http" | "https";
  /** The `Host` of the request. */
  readonly authority: string;
  /** Path and query, undecoded. */
  readonly target: string;
  readonly fields: FieldLines;
}

interface ResponseMessage {
  readonly status: number;
  readonly fields: FieldLines;
}

export type Message = RequestMessage | ResponseMessage;

/** From names and values in turn, as Node keeps them in `rawHeaders`. */
export function fieldLinesOf(rawHeaders: readonly string[]): FieldLines {
  const lines = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? "").toLowerCase();
    const value = rawHeaders[at + 1] ?? "";
    const known = lines.get(name);
    if (known) known.push(value);
    else lines.set(name, [value]);
  }
  return lines;
}

/** All lines of a field as one, RFC 9421 section 2.1; undefined where there is none. */
export function fieldValue(fields: FieldLines, name: string): string | undefined {
  const lines = fields.get(name);
  return lines?.map((line) => line.trim().replace(/\s*\r\n\s+/g, " ")).join(", ");
}
