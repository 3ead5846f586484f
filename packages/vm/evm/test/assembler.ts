import { HARDFORKS, type Hardfork } from "../src/hardfork.ts";
import { instructionSet } from "../src/reference/instruction-set.ts";
import { rulesOf } from "../src/reference/rules.ts";

const PUSH0 = 0x5f;

/** Opcodes by name, of all hardforks. */
const OPCODES: ReadonlyMap<string, number> = new Map(
  HARDFORKS.flatMap((hardfork) =>
    instructionSet(rulesOf(hardfork)).flatMap((instruction): [string, number][] =>
      instruction === undefined ? [] : [[instruction.name, instruction.opcode]],
    ),
  ),
);

/** Puts code together: instructions by name, constants in their shortest push, jumps by label. */
export class Assembler {
  readonly #bytes: number[] = [];
  readonly #hasPush0: boolean;

  constructor(hardfork: Hardfork) {
    this.#hasPush0 = instructionSet(rulesOf(hardfork))[PUSH0] !== undefined;
  }

  op(...names: readonly string[]): void {
    for (const name of names) {
      const opcode = OPCODES.get(name);
      if (opcode === undefined) throw new Error(`no instruction is called ${name}`);
      this.#bytes.push(opcode);
    }
  }

  raw(...bytes: readonly number[]): void {
    this.#bytes.push(...bytes);
  }

  push(value: bigint | number): void {
    if (BigInt(value) === 0n && this.#hasPush0) {
      this.#bytes.push(PUSH0);
      return;
    }
    const digits = value.toString(16);
    const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
    this.#bytes.push(PUSH0 + bytes.length, ...bytes);
  }

  /** A JUMPDEST here, to jump to with `jumpBack`. */
  mark(): number {
    this.#bytes.push(0x5b);
    return this.#bytes.length - 1;
  }

  /** `condition` is on the stack where `jump` is JUMPI. */
  jumpBack(target: number, jump: "JUMP" | "JUMPI"): void {
    this.push(target);
    this.op(jump);
  }

  /** A jump to a place that is not known yet; calling the result puts it here. */
  jumpAhead(jump: "JUMP" | "JUMPI"): () => void {
    const at = this.#bytes.length;
    this.#bytes.push(PUSH0 + 2, 0, 0);
    this.op(jump);
    return () => {
      const target = this.mark();
      this.#bytes[at + 1] = target >> 8;
      this.#bytes[at + 2] = target & 0xff;
    };
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
/**
 * Code from text: a number is pushed, a name is an instruction. `"2 3 ADD"` leaves 5.
 */
export function assemble(text: string, hardfork: Hardfork = "osaka"): Uint8Array {
  const code = new Assembler(hardfork);
  for (const token of text.split(/\s+/).filter((part) => part !== "")) {
    if (/^(0x[0-9a-f]+|\d+)$/i.test(token)) code.push(BigInt(token));
    else code.op(token);
  }
  return code.bytes();
}
