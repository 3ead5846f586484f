import {
  type Address,
  addressOfWord,
  hashOfWord,
  type Tracer,
  type TraceStep,
} from "@ghostchain/evm";
import type { AccessListEntry } from "@ghostchain/protocol";

const SLOT_OPCODES = new Set([0x54, 0x55]); // SLOAD, SSTORE
/** BALANCE, EXTCODESIZE, EXTCODECOPY, EXTCODEHASH, SELFDESTRUCT: the address is on top. */
const ACCOUNT_OPCODES = new Set([0x31, 0x3b, 0x3c, 0x3f, 0xff]);
/** CALL, CALLCODE, DELEGATECALL, STATICCALL: the address is beneath the gas. */
const CALL_OPCODES = new Set([0xf1, 0xf2, 0xf4, 0xfa]);

/** Watches which accounts and slots code touches, for `eth_createAccessList`. */
export class AccessRecorder implements Tracer {
  readonly #touched = new Map<Address, Set<bigint>>();
  readonly #free: ReadonlySet<Address>;

  /** @param free accounts that are warm anyway; they are listed only with slots of theirs */
  constructor(free: Iterable<Address>) {
    this.#free = new Set(free);
  }

  onStep({ opcode, stack, address }: TraceStep): void {
    if (SLOT_OPCODES.has(opcode)) {
      const slot = stack.at(-1);
      if (slot !== undefined) this.#slotsOf(address).add(slot);
    } else if (ACCOUNT_OPCODES.has(opcode)) {
      this.#touch(stack.at(-1));
    } else if (CALL_OPCODES.has(opcode)) {
      this.#touch(stack.at(-2));
    }
  }

  /** In the order they were first touched. */
  accessList(): AccessListEntry[] {
    return [...this.#touched].map(([address, slots]) => ({
      address,
      storageKeys: [...slots].map(hashOfWord),
    }));
  }

  #touch(word: bigint | undefined): void {
    if (word === undefined) return;
    const address = addressOfWord(word);
    if (!this.#free.has(address)) this.#slotsOf(address);
  }

  #slotsOf(address: Address): Set<bigint> {
    const known = this.#touched.get(address);
    if (known !== undefined) return known;
    const slots = new Set<bigint>();
    this.#touched.set(address, slots);
    return slots;
  }
}
