import {
  type Item,
  serializeBareItem,
  serializeInnerList,
  serializeItem,
} from "structured-headers";
import { HttpSignatureError } from "./http-signature-error.ts";
import { fieldValue, type Message, type RequestMessage } from "./message.ts";
import { isInnerList, readDictionary } from "./structured-field.ts";

/**
 * What one covered component stands for, RFC 9421 section 2. Supported are the derived components of a request,
 * `@status`, fields, and the parameters `name`, `key` and `bs`.
 *
 * @throws {HttpSignatureError} `SIGNATURE_COMPONENT_UNKNOWN`, `SIGNATURE_MALFORMED`
 */
export function componentValue(message: Message, item: Item): string {
  const [name, params] = item;
  const unknown = () =>
    new HttpSignatureError({
      ...{ code: "SIGNATURE_COMPONENT_UNKNOWN", status: 401, component: serializeItem(item) },
    });
  if (typeof name !== "string" || name !== name.toLowerCase()) throw unknown();
  const value = name.startsWith("@")
    ? derivedValue(message, name, params)
    : valueOfField(message, name, params);
  // a line break would let one component pretend to be two
  if (value === undefined || /[\r\n]/.test(value)) throw unknown();
  return value;
}

type Params = Item[1];

function derivedValue(message: Message, name: string, params: Params): string | undefined {
  if ("status" in message) {
    return name === "@status" && params.size === 0 ? `${message.status}` : undefined;
  }
  if (name === "@query-param") {
    const wanted = params.get("name");
    return params.size === 1 && typeof wanted === "string"
      ? queryParam(message, wanted)
      : undefined;
  }
  return params.size === 0 ? DERIVED[name]?.(message) : undefined;
}

const DERIVED: Readonly<Record<string, (request: RequestMessage) => string>> = {
  "@method": ({ method }) => method,
  "@target-uri": (request) => `${request.scheme}://${authorityOf(request)}${request.target}`,
  "@authority": (request) => authorityOf(request),
  "@scheme": ({ scheme }) => scheme,
  "@request-target": ({ target }) => target,
  "@path": ({ target }) => target.split("?", 1)[0] || "/",
  "@query": ({ target }) => `?${queryOf(target)}`,
};

/** Normalized: lower case, and no port that the scheme implies. */
export function authorityOf({ authority, scheme }: RequestMessage): string {
  const implied = scheme === "https" ? ":443" : ":80";
  const lower = authority.toLowerCase();
  return lower.endsWith(implied) ? lower.slice(0, -implied.length) : lower;
}

function queryOf(target: string): string {
  const at = target.indexOf("?");
  return at < 0 ? "" : target.slice(at + 1);
}

/** Undefined also where there are several: which of them counts would be anyone's guess. */
function queryParam({ target }: RequestMessage, name: string): string | undefined {
  const found = [...new URLSearchParams(queryOf(target))]
    .filter(([key]) => encodeFormText(key) === name)
    .map(([, value]) => encodeFormText(value));
  return found.length === 1 ? found[0] : undefined;
}

/** Percent-encoded as in a form, with a space as %20. */
function encodeFormText(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function valueOfField({ fields }: Message, name: string, params: Params): string | undefined {
  if (params.size === 0) return fieldValue(fields, name);
  if (params.size !== 1) return undefined;
  if (params.get("bs") === true) {
    const lines = fields.get(name);
    return lines?.map((line) => serializeBareItem(Buffer.from(line.trim(), "latin1"))).join(", ");
  }
  const key = params.get("key");
  const text = fieldValue(fields, name);
  if (typeof key !== "string" || text === undefined) return undefined;
  const member = readDictionary(name, text).get(key);
  if (member === undefined) return undefined;
  return isInnerList(member) ? serializeInnerList(member) : serializeItem(member);
}
