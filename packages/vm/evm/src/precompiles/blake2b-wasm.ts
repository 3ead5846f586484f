/**
 * The compression function of BLAKE2b as a WebAssembly module, written out by hand: the sixteen words of
 * the working vector and of the message block are locals, and ten rounds, after which the permutations
 * repeat, are one turn of a loop.
 *
 * @see RFC 7693, section 3
 */

/** Where the module finds its input, and leaves the new state. */
export const MEMORY = { state: 0, block: 64, counter: 192, finalMask: 208 } as const;

/** A module that exports its `memory` and `compress(rounds)`. */
export function blake2bModule(): Uint8Array<ArrayBuffer> {
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 1, I32, 0]), // types: (i32) -> ()
    ...section(3, [1, 0]), // functions: one, of type 0
    ...section(5, [1, 0, 1]), // memories: one, of at least one page
    ...section(7, [2, ...text("memory"), 2, 0, ...text("compress"), 0, 0]), // exports
    ...section(10, [1, ...sized([1, 32, I64, ...compressBody(), END])]), // code, with 32 i64 locals
  ]);
}

const I32 = 0x7f;
const I64 = 0x7e;
const NO_RESULT = 0x40;
const END = 0x0b;

/** Local 0 is the count of rounds left. */
const ROUNDS = 0;
const vector = (index: number) => 1 + index;
const message = (index: number) => 17 + index;

const IV = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
];

/** The order in which the rounds take the message words. */
const SIGMA = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/** The columns and then the diagonals of the working vector. */
const MIXED = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];

function compressBody(): number[] {
  const words = (count: number) => Array.from({ length: count }, (_, index) => index);
  const mask = (index: number, address: number) =>
    set(vector(index), [...get(vector(index)), ...load(address), ...XOR]);
  const feedForward = (index: number) =>
    store(MEMORY.state + 8 * index, [
      ...load(MEMORY.state + 8 * index),
      ...get(vector(index)),
      ...XOR,
      ...get(vector(index + 8)),
      ...XOR,
    ]);
  return [
    ...words(8).flatMap((index) => set(vector(index), load(MEMORY.state + 8 * index))),
    ...IV.flatMap((word, index) => set(vector(8 + index), constant(word))),
    ...mask(12, MEMORY.counter),
    ...mask(13, MEMORY.counter + 8),
    ...mask(14, MEMORY.finalMask),
    ...words(16).flatMap((index) => set(message(index), load(MEMORY.block + 8 * index))),
    ...[0x02, NO_RESULT, 0x03, NO_RESULT], // block, loop
    ...SIGMA.flatMap((order) => [...leaveUnlessRoundsLeft(), ...round(order)]),
    ...[0x0c, 0, END, END], // again; end of loop and block
    ...words(8).flatMap(feedForward),
  ];
}

function leaveUnlessRoundsLeft(): number[] {
  const leaveIfNone = [...get(ROUNDS), 0x45, 0x0d, 1]; // i32.eqz, br_if the block
  return [...leaveIfNone, ...set(ROUNDS, [...get(ROUNDS), 0x41, 1, 0x6b])]; // i32.const 1, i32.sub
}

function round(order: readonly number[]): number[] {
  return MIXED.flatMap(([a = 0, b = 0, c = 0, d = 0], index) => [
    ...mixHalf([a, b, c, d], order[2 * index] ?? 0, 32n, 24n),
    ...mixHalf([a, b, c, d], order[2 * index + 1] ?? 0, 16n, 63n),
  ]);
}

/** One half of the function G of the RFC. */
function mixHalf(
  [a, b, c, d]: readonly [number, number, number, number],
  word: number,
  rotationD: bigint,
  rotationB: bigint,
): number[] {
  const plus = (target: number, other: number) =>
    set(vector(target), [...get(vector(target)), ...get(other), ...ADD]);
  const rotated = (target: number, other: number, by: bigint) =>
    set(vector(target), [
      ...get(vector(target)),
      ...get(vector(other)),
      ...XOR,
      ...constant(by),
      ...ROTATE_RIGHT,
    ]);
  return [
    ...plus(a, vector(b)),
    ...plus(a, message(word)),
    ...rotated(d, a, rotationD),
    ...plus(c, vector(d)),
    ...rotated(b, c, rotationB),
  ];
}

const ADD = [0x7c];
const XOR = [0x85];
const ROTATE_RIGHT = [0x8a];

function get(local: number): number[] {
  return [0x20, local];
}

function set(local: number, value: number[]): number[] {
  return [...value, 0x21, local];
}

function load(address: number): number[] {
  return [0x41, 0, 0x29, 3, ...unsigned(address)];
}

function store(address: number, value: number[]): number[] {
  return [0x41, 0, ...value, 0x37, 3, ...unsigned(address)];
}

/** A 64-bit word, as the signed LEB128 that WebAssembly wants. */
function constant(word: bigint): number[] {
  const bytes = [0x42];
  for (let rest = BigInt.asIntN(64, word); ; ) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function section(id: number, content: number[]): number[] {
  return [id, ...sized(content)];
}

function sized(content: number[]): number[] {
  return [...unsigned(content.length), ...content];
}

function text(name: string): number[] {
  return sized([...Buffer.from(name)]);
}
