/** Deliberate breakages, by which the simulator shows that it would notice. */
export const BREAKAGES = [
  "a follower leaves out a row",
  "a reorg leaves the tables as they were",
  "a retraction is not marked",
  "rows are announced before their commit",
  "a rebuild keeps the epoch",
  "a replay ends one event too early",
  "a gateway hides a row",
  "a client names no epoch",
  "a client ignores retractions",
  "sessions are mixed up",
  "a server keeps a log back",
] as const;

export type Breakage = (typeof BREAKAGES)[number];

/** Other SQL than was asked for, where that is the breakage. */
export function rewriteFor(breakage: Breakage | undefined): (text: string) => string {
  switch (breakage) {
    case "a reorg leaves the tables as they were":
      return (text) =>
        text.replace(
          /^SELECT indexer\.undo_above\(.*/,
          "SELECT 1 WHERE $1::smallint IS NULL AND $2::bigint IS NULL",
        );
    case "a retraction is not marked":
      return (text) => text.replace("SET retracted_by = $1 WHERE", "$& $1::bigint IS NULL AND");
    case "a rebuild keeps the epoch":
      return (text) =>
        text.replace("SET epoch = $1,", "SET epoch = left(epoch || $1::text, length(epoch)),");
    default:
      return (text) => text;
  }
}

/** What a client gets instead of `text`. `hidden` remembers what was kept from it. */
export function outgoingFor(
  breakage: Breakage | undefined,
): (text: string, to: object | undefined) => string {
  const hidden = new WeakMap<object, number>();
  if (breakage === "a replay ends one event too early")
    return (text) => {
      const message = JSON.parse(text) as { type: string; events?: unknown[] };
      if (message.type !== "REPLAY") return text;
      return JSON.stringify({ ...message, events: message.events?.slice(0, -1) });
    };
  if (breakage !== "a gateway hides a row") return (text) => text;
  return (text, to) => {
    const message = JSON.parse(text) as { type: string; sequenceId?: number; prev?: number };
    if (to === undefined || message.type !== "FEED_EVENT" || message.sequenceId === undefined)
      return text;
    const prev = hidden.get(to);
    hidden.delete(to);
    if (prev !== undefined) return JSON.stringify({ ...message, prev });
    if (message.sequenceId % 5 !== 0) return text;
    hidden.set(to, message.prev ?? 0);
    return '{"type":"PONG"}';
  };
}

/** What a gateway gets instead of what a client said. */
export function incomingFor(breakage: Breakage | undefined): (text: string) => string {
  if (breakage !== "a client names no epoch") return (text) => text;
  return (text) => {
    const { epoch: _, ...message } = JSON.parse(text) as { epoch?: string };
    return JSON.stringify(message);
  };
}

/** What a server answers instead of the truth. */
export function distortFor(
  breakage: Breakage | undefined,
): (method: string, result: unknown) => unknown {
  if (breakage !== "a server keeps a log back") return (_, result) => result;
  return (method, result) =>
    method === "eth_getLogs" && Array.isArray(result) && result.length > 1
      ? result.slice(0, -1)
      : result;
}
