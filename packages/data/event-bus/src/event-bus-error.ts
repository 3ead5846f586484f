import { CodedError } from "@ghostchain/service";

export type EventBusFault =
  /** The message did not leave this process. `where` never holds a password. */
  | { code: "EVENT_BUS_UNREACHABLE"; where: string; reason: string }
  | { code: "EVENT_BUS_URL_MALFORMED"; reason: string }
  | { code: "EVENT_BUS_MESSAGE_TOO_LARGE"; sizeBytes: number; limitBytes: number }
  | { code: "EVENT_BUS_NOT_STARTED"; name: string };

export class EventBusError extends CodedError<EventBusFault> {}
