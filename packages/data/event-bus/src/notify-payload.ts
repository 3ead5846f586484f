/**
 * Messages as PostgreSQL can carry them: a NOTIFY takes fewer than 8,000 bytes of text without NUL, so that a longer message
 * goes in parts. Parts of one message are sent by one statement, and therefore come one right after the other.
 */

/** `sender number index count form|text`; form is `t` for the text as it is, `j` for JSON of it. */
const HEADER = /^([0-9a-f]{1,16}) (\d{1,15}) (\d{1,4}) (\d{1,4}) ([tj])\|/;
const HEADER_MAX_BYTES = 64;
const PART_MAX_BYTES = 7_999 - HEADER_MAX_BYTES;

/**
 * The payloads that carry `message`.
 *
 * @param sender - a name no other sender has, in hex
 * @param number - of the message; PostgreSQL drops what is the same twice in one transaction
 */
export function splitMessage(message: string, sender: string, number: number): string[] {
  const hasNul = message.includes("\0");
  const bytes = Buffer.from(hasNul ? JSON.stringify(message) : message);
  const starts = [0];
  for (let end = PART_MAX_BYTES; end < bytes.length; end += PART_MAX_BYTES) {
    // never within a character
    while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
    starts.push(end);
  }
  const form = hasNul ? "j" : "t";
  return starts.map((start, index) => {
    const text = bytes.toString("utf8", start, starts[index + 1] ?? bytes.length);
    return `${sender} ${number} ${index} ${starts.length} ${form}|${text}`;
  });
}

/** Puts the parts of one channel's messages together again. It keeps at most one message that is not whole. */
export class MessageJoiner {
  #parts: string[] = [];
  #of = "";

  /**
   * @returns the message that `payload` completes; `part` when there is more to come; `malformed` for what
   *   `splitMessage` did not write, or a part whose message's beginning never came
   */
  push(payload: string): { readonly message: string } | "part" | "malformed" {
    const [header = "", sender, number, index, count, form] = HEADER.exec(payload) ?? [];
    if (header === "") return "malformed";
    const of = `${sender} ${number}`;
    if (index === "0") {
      this.#parts = [];
      this.#of = of;
    }
    if (this.#of !== of || this.#parts.length !== Number(index)) return "malformed";
    this.#parts.push(payload.slice(header.length));
    if (this.#parts.length < Number(count)) return "part";
    const text = this.#parts.join("");
    this.#parts = [];
    this.#of = "";
    return form === "t" ? { message: text } : parseText(text);
  }
}

function parseText(json: string): { readonly message: string } | "malformed" {
  try {
    const message: unknown = JSON.parse(json);
    return typeof message === "string" ? { message } : "malformed";
  } catch {
    return "malformed";
  }
}
