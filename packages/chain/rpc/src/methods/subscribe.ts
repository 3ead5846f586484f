import type { RpcEnvironment } from "../environment.ts";
import { createLogFilter } from "../log-filter.ts";
import { type MethodTable, method, optional, required } from "../method.ts";
import { readLogCriteria } from "../read/log-query.ts";
import { invalidValue, readBoolean, readText } from "../read/value.ts";
import type { Topic } from "../subscription-hub.ts";

/** Being told of new heads, logs and pending transactions, over a connection that can tell. */
export function subscribeMethods({ subscriptions }: RpcEnvironment): MethodTable {
  return {
    eth_subscribe: method(
      [required("kind", readKind), optional("options", (value) => value, undefined)],
      ([kind, options], session) => subscriptions.add(session, kind(options)),
    ),
    eth_unsubscribe: method([required("subscriptionId", readText)], ([id], session) =>
      subscriptions.remove(session, id),
    ),
  };
}

type TopicReader = (options: unknown) => Topic;

const TOPICS: ReadonlyMap<string, TopicReader> = new Map<string, TopicReader>([
  ["newHeads", () => ({ kind: "newHeads" })],
  [
    "logs",
    (options) => ({ kind: "logs", filter: createLogFilter(readLogCriteria(options ?? {})) }),
  ],
  [
    "newPendingTransactions",
    (options) => ({ kind: "newPendingTransactions", full: readBoolean(options ?? false) }),
  ],
  ["syncing", () => ({ kind: "syncing" })],
]);

function readKind(value: unknown): TopicReader {
  const read = TOPICS.get(readText(value));
  if (!read) throw invalidValue(`expected one of ${[...TOPICS.keys()].join(", ")}`);
  return read;
}
