import { type Dictionary, type InnerList, type Item, parseDictionary } from "structured-headers";
import { HttpSignatureError } from "./http-signature-error.ts";

/** Longer fields are not read: none of ours is, and a reader's time is what they cost. */
const FIELD_CHARACTERS = 8_192;

/**
 * A dictionary of RFC 8941.
 *
 * @throws {HttpSignatureError} `SIGNATURE_MALFORMED`
 */
export function readDictionary(field: string, text: string): Dictionary {
  if (text.length > FIELD_CHARACTERS) {
    throw malformed(field, `longer than ${FIELD_CHARACTERS} characters`);
  }
  try {
    return parseDictionary(text);
  } catch (error) {
    // what the parser says quotes the field, which is the client's own
    throw malformed(field, error instanceof Error ? error.message : "not a dictionary");
  }
}

/** Whether a member is a list in parentheses; else it is one item. */
export function isInnerList(member: Item | InnerList): member is InnerList {
  return Array.isArray(member[0]);
}

/** The bytes of an item; undefined for a member of any other kind. */
export function bytesOf(member: Item | InnerList | undefined): Buffer | undefined {
  const value = member?.[0];
  return value instanceof ArrayBuffer ? Buffer.from(value) : undefined;
}

export function malformed(field: string, reason: string): HttpSignatureError {
  return new HttpSignatureError({ code: "SIGNATURE_MALFORMED", status: 401, field, reason });
}
