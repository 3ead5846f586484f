const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COLON = 0x3a;
const COMMA = 0x2c;

/**
 * Whether arrays and objects in the text nest deeper than `limit`. It looks before parsing does: five
 * megabytes of brackets take a parser most of a second and become millions of objects.
 */
export function nestsDeeperThan(limit: number, json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) {
      at = endOfString(json, at);
    } else if (character === OPEN_ARRAY || character === OPEN_OBJECT) {
      depth++;
      if (depth > limit) return true;
    } else if (character === CLOSE_ARRAY || character === CLOSE_OBJECT) {
      depth--;
    }
  }
  return false;
}

/**
 * The text of the last member `name` of the object that `json` is, without the white space around it; undefined where
 * there is none. The text must be valid JSON, and the name one that JSON writes without escapes.
 */
export function memberText(json: string, name: string): string | undefined {
  const key = JSON.stringify(name);
  let found: string | undefined;
  let depth = 0;
  let startsAt = -1;
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === QUOTE) {
      const end = endOfString(json, at);
      // at depth 1 and outside of a wanted value, only names and other values are passed
      if (depth === 1 && startsAt < 0 && json.startsWith(key, at) && end === at + key.length - 1) {
        const colon = skipSpace(json, end + 1);
        if (json.charCodeAt(colon) === COLON) startsAt = colon + 1;
        at = startsAt < 0 ? end : colon;
      } else at = end;
    } else if (character === OPEN_ARRAY || character === OPEN_OBJECT) {
      depth++;
    } else if (depth === 1 && (character === COMMA || character === CLOSE_OBJECT)) {
      if (startsAt >= 0) found = json.slice(startsAt, at).trim();
      startsAt = -1;
      if (character === CLOSE_OBJECT) depth--;
    } else if (character === CLOSE_ARRAY || character === CLOSE_OBJECT) {
      depth--;
    }
  }
  return found;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (/\s/.test(json.charAt(at))) at++;
  return at;
}

/** Index of the quote that closes the string opened at `start`, or the end of the text. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return json.length;
}
