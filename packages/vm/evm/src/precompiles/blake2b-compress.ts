import { blake2bModule, MEMORY } from "./blake2b-wasm.ts";

export interface Blake2bCompression {
  /** Up to 2^32 - 1. */
  readonly rounds: number;
  /** 64 bytes: eight words, little-endian, as all words here. */
  readonly state: Uint8Array;
  /** 128 bytes. */
  readonly block: Uint8Array;
  /** 16 bytes. */
  readonly counter: Uint8Array;
  readonly isFinal: boolean;
}

/** What of it is used here; the types of Node leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

interface Blake2bExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  compress(rounds: number): void;
}

let exports: Blake2bExports | undefined;

/**
 * The new state, 64 bytes. In WebAssembly, which has the 64-bit words that BLAKE2b is made of: a call may
 * buy four thousand million rounds, and in JavaScript they would take an hour.
 */
export function compressBlake2b(input: Blake2bCompression): Uint8Array {
  exports ??= instantiate();
  const memory = new Uint8Array(exports.memory.buffer);
  memory.set(input.state, MEMORY.state);
  memory.set(input.block, MEMORY.block);
  memory.set(input.counter, MEMORY.counter);
  memory.fill(input.isFinal ? 0xff : 0, MEMORY.finalMask, MEMORY.finalMask + 8);
  exports.compress(input.rounds);
  return memory.slice(MEMORY.state, MEMORY.state + 64);
}

/** Synchronously, which takes under a millisecond for a module this small. */
function instantiate(): Blake2bExports {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(blake2bModule()));
  return instance.exports as Blake2bExports;
}
