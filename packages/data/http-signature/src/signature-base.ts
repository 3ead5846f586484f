import { type InnerList, serializeInnerList, serializeItem } from "structured-headers";
import { componentValue } from "./component.ts";
import { HttpSignatureError } from "./http-signature-error.ts";
import type { Message } from "./message.ts";

/**
 * The text that is signed, RFC 9421 section 2.5.
 *
 * @param input the covered components and the signature's parameters, as `Signature-Input` has them
 * @throws {HttpSignatureError} `SIGNATURE_COMPONENT_UNKNOWN`, also for a component that is named twice
 */
export function signatureBase(message: Message, input: InnerList): string {
  const [components] = input;
  const lines = new Map<string, string>();
  for (const item of components) {
    const component = serializeItem(item);
    if (lines.has(component)) {
      throw new HttpSignatureError({ code: "SIGNATURE_COMPONENT_UNKNOWN", status: 401, component });
    }
    lines.set(component, componentValue(message, item));
  }
  lines.set('"@signature-params"', serializeInnerList(input));
  return [...lines].map(([component, value]) => `${component}: ${value}`).join("\n");
}
