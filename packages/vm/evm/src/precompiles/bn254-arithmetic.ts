import { createMclBn254 } from "./bn254-mcl.ts";
import { createNobleBn254 } from "./bn254-noble.ts";

/**
 * The curve alt_bn128. Coordinates and scalars are words of 32 bytes, big-endian; of a coordinate in the
 * extension field the imaginary part comes first. Undefined where an operand is no point of its group.
 */
export interface Bn254Arithmetic {
  /** Two points of 64 bytes; the sum. */
  add(left: Uint8Array, right: Uint8Array): Uint8Array | undefined;
  /** A point of 64 bytes and any word. */
  multiply(point: Uint8Array, scalar: Uint8Array): Uint8Array | undefined;
  /** Pairs of 192 bytes. */
  isPairingProductOne(pairs: readonly Uint8Array[]): boolean | undefined;
}

let portable: Bn254Arithmetic | undefined;
let compiled: Bn254Arithmetic | undefined;

/**
 * The fast arithmetic if it is ready. Compiling its WebAssembly takes a moment that the machine, which is
 * synchronous, cannot wait for; so the first calls begin that and meanwhile get the portable one, which
 * gives the same results ten times as slowly. Nothing is loaded before the first call.
 */
export function bn254Arithmetic(): Bn254Arithmetic {
  if (compiled !== undefined) return compiled;
  if (portable === undefined) {
    portable = createNobleBn254();
    createMclBn254().then(
      (arithmetic) => {
        compiled = arithmetic;
      },
      (error: Error) => process.emitWarning(error),
    );
  }
  return portable;
}
