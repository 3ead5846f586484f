const TOPIC = /^[a-z][a-z0-9_-]{0,15}(:[^\s\p{Cc}]{1,63})?$/u;

/**
 * The one spelling of a topic: addresses in lower case, all else as it is.
 *
 * @returns undefined for what cannot be one: `feed`, `level:DARKNET`, `crew:7`, `address:0x…` can
 */
export function normalizeTopic(topic: string): string | undefined {
  if (!TOPIC.test(topic)) return undefined;
  return topic.startsWith("address:") ? topic.toLowerCase() : topic;
}
