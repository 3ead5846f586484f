import { type AbiEvent, type AbiParameter, decodeAbiParameters, type Hex } from "viem";

type EventArgs = Readonly<Record<string, unknown>> | readonly unknown[];

/** Arguments from what a log carries. @throws what does not fit */
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
  const indexed = inputs.filter(({ input }) => input.indexed);
  const plain = inputs.filter(({ input }) => !input.indexed);
  const plainInputs = plain.map(({ input }) => input);
  const named = inputs.every(({ input }) => input.name);
  return ({ topics, data }) => {
    if (topics.length !== indexed.length + 1)
      throw new TypeError(
        `${event.name} has ${indexed.length + 1} topics, the log ${topics.length}`,
      );
    const values: unknown[] = new Array(inputs.length);
    for (const [i, { input, index }] of indexed.entries())
      values[index] = decodeTopic(input, topics[i + 1] ?? "0x");
    const decoded = plain.length === 0 ? [] : decodeAbiParameters(plainInputs, data);
    for (const [i, { index }] of plain.entries()) values[index] = decoded[i];
    if (!named) return values;
    return Object.fromEntries(inputs.map(({ input, index }) => [input.name, values[index]]));
  };
}

/** Of what does not fit in a word, the chain keeps only the hash. */
function decodeTopic(input: AbiParameter, topic: Hex): unknown {
  const isHashed = /^(string|bytes|tuple)$|\]$/.test(input.type);
  return isHashed ? topic : decodeAbiParameters([input], topic)[0];
}
