import { EMPTY_BYTES } from "@ghostchain/encoding";
import type { Hash } from "../evm.ts";

const JUMPDEST = 0x5b;
const PUSH1 = 0x60;
const PUSH32 = 0x7f;

/** The code of a contract with what is worth knowing about it, found out when first asked for. */
export class Code {
  readonly bytes: Uint8Array;
  #jumpDestinations: Uint8Array | undefined;
  #constants: (bigint | undefined)[] | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Whether a JUMPDEST stands there that is not the data of a PUSH. */
  isJumpDestination(pc: number): boolean {
    this.#jumpDestinations ??= findJumpDestinations(this.bytes);
    return this.#jumpDestinations[pc] === 1;
  }

  /** The `sizeBytes` bytes (1 to 32) from `pc` on, as a word. Code that ends too early ends in zeros. */
  constant(pc: number, sizeBytes: number): bigint {
    this.#constants ??= new Array(this.bytes.length);
    const known = this.#constants[pc];
    if (known !== undefined) return known;
    const read = readConstant(this.bytes, pc, sizeBytes);
    this.#constants[pc] = read;
    return read;
  }
}

export const NO_CODE = new Code(EMPTY_BYTES);

/** Analysed code by its hash. Forgets what was used longest ago once it holds more than `maxBytes`. */
export class CodeCache {
  readonly #maxBytes: number;
  readonly #byHash = new Map<Hash, Code>();
  #sizeBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(hash: Hash, load: (hash: Hash) => Uint8Array): Code {
    const known = this.#byHash.get(hash);
    if (known !== undefined) {
      this.#byHash.delete(hash);
      this.#byHash.set(hash, known);
      return known;
    }
    const code = new Code(load(hash));
    this.#byHash.set(hash, code);
    this.#sizeBytes += code.bytes.length;
    this.#forgetOldest();
    return code;
  }

  #forgetOldest(): void {
    for (const [hash, code] of this.#byHash) {
      if (this.#sizeBytes <= this.#maxBytes) return;
      this.#byHash.delete(hash);
      this.#sizeBytes -= code.bytes.length;
    }
  }
}

function findJumpDestinations(code: Uint8Array): Uint8Array {
  const found = new Uint8Array(code.length);
  for (let pc = 0; pc < code.length; pc++) {
    const opcode = code[pc] as number;
    if (opcode === JUMPDEST) found[pc] = 1;
    else if (opcode >= PUSH1 && opcode <= PUSH32) pc += opcode - PUSH1 + 1;
  }
  return found;
}

function readConstant(code: Uint8Array, pc: number, sizeBytes: number): bigint {
  let digits = "0x";
  for (let at = pc; at < pc + sizeBytes; at++) {
    digits += (code[at] ?? 0).toString(16).padStart(2, "0");
  }
  return BigInt(digits);
}
