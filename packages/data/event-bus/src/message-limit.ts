import { EventBusError } from "./event-bus-error.ts";

/** A message is at most this many bytes of UTF-8. */
export const MESSAGE_MAX_BYTES = 1024 * 1024;

export function requireSize(message: string): void {
  // A character is at most three bytes, so most messages need no count.
  if (message.length * 3 <= MESSAGE_MAX_BYTES) return;
  const sizeBytes = Buffer.byteLength(message);
  if (sizeBytes <= MESSAGE_MAX_BYTES) return;
  throw new EventBusError({
    code: "EVENT_BUS_MESSAGE_TOO_LARGE",
    sizeBytes,
    limitBytes: MESSAGE_MAX_BYTES,
  });
}
