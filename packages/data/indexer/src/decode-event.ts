import { type AbiEvent, type AbiParameter, decodeAbiParameters, type Hex } from "viem";
import { addressChecksums } from "./checksum-address.ts";
import { type WordDecoder, wordDecoder } from "./decode-word.ts";

type EventArgs = Readonly<Record<string, unknown>> | readonly unknown[];

/** Arguments from what a log carries, in lower case. @throws what does not fit */
export type EventDecoder = (log: {
  readonly topics: readonly Hex[];
  readonly data: Hex;
}) => EventArgs;

/**
 * The decoder of one event, with all that depends on the event alone done once. Gives what viem's `decodeEventLog`
 * gives, which hashes the event's signature again for every log.
 */
export function eventDecoder(event: AbiEvent): EventDecoder {
  const inputs = event.inputs.map((input, index) => ({ input, index }));
  const checksum = addressChecksums();
  const wordOf = ({ type }: AbiParameter) => wordDecoder(type, checksum);
  const topicDecoders = inputs
    .filter(({ input }) => input.indexed)
    .map(({ input, index }) => ({ index, decode: topicDecoder(input, wordOf(input)) }));
  const plain = inputs.filter(({ input }) => !input.indexed);
  const decodeData = dataDecoder(plain.map(({ input }) => ({ input, decode: wordOf(input) })));
  const names = inputs.map(({ input }) => input.name ?? "");
  const named = names.every((name) => name !== "");
  return ({ topics, data }) => {
    if (topics.length !== topicDecoders.length + 1)
      throw new TypeError(
        `${event.name} has ${topicDecoders.length + 1} topics, the log ${topics.length}`,
      );
    const values: unknown[] = new Array(inputs.length);
    for (let i = 0; i < topicDecoders.length; i++) {
      const topic = topicDecoders[i];
      if (topic !== undefined) values[topic.index] = topic.decode(topics[i + 1] ?? "0x");
    }
    const decoded = decodeData(data);
    for (let i = 0; i < plain.length; i++) values[plain[i]?.index ?? i] = decoded[i];
    return named ? toFields(names, values) : values;
  };
}

function toFields(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (let i = 0; i < names.length; i++) fields[names[i] ?? ""] = values[i];
  return fields;
}

/** Of what does not fit in a word, the chain keeps only the hash. */
function topicDecoder(
  input: AbiParameter,
  decode: WordDecoder | undefined,
): (topic: Hex) => unknown {
  if (/^(string|bytes|tuple)$|\]$/.test(input.type)) return (topic) => topic;
  return (topic) => decode?.(topic.slice(2)) ?? decodeAbiParameters([input], topic)[0];
}

const WORD_DIGITS = 64;

/** One word each is read here, many times faster; everything else, and what is odd, is viem's to judge. */
function dataDecoder(
  words: readonly { input: AbiParameter; decode: WordDecoder | undefined }[],
): (data: Hex) => readonly unknown[] {
  if (words.length === 0) return () => [];
  const inputs = words.map(({ input }) => input);
  const decoders = words.flatMap(({ decode }) => decode ?? []);
  const slow = (data: Hex) => decodeAbiParameters(inputs, data) as readonly unknown[];
  if (decoders.length < inputs.length) return slow;
  return (data) => {
    if (data.length < 2 + inputs.length * WORD_DIGITS) return slow(data);
    const values: unknown[] = [];
    for (let i = 0; i < decoders.length; i++) {
      const at = 2 + i * WORD_DIGITS;
      const value = decoders[i]?.(data.slice(at, at + WORD_DIGITS));
      if (value === undefined) return slow(data);
      values.push(value);
    }
    return values;
  };
}
