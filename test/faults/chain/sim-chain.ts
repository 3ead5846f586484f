import {
  type Address,
  concatHex,
  encodeAbiParameters,
  encodeEventTopics,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256,
  numberToHex,
  toHex,
} from "viem";
import { LEDGER_ABI, LEDGER_ADDRESS } from "../data/ledger-product.ts";

/** What happens in the ledger, as its contract would emit it. */
export type LedgerEvent =
  | {
      readonly kind: "moved";
      readonly from: Address;
      readonly to: Address;
      readonly amount: bigint;
    }
  | { readonly kind: "closed"; readonly who: Address };

export interface SimBlock {
  readonly number: bigint;
  readonly hash: Hash;
  readonly parent: SimBlock | undefined;
  readonly timestamp: bigint;
  readonly logsBloom: Hex;
  readonly events: readonly LedgerEvent[];
}

/** The one true chain. Servers tell of it, each in its own way. */
export class SimChain {
  readonly #onHead: ((head: SimBlock) => void)[] = [];
  #genesis: SimBlock;
  #head: SimBlock;
  #salt = 0;

  constructor() {
    this.#genesis = this.#seal(undefined, []);
    this.#head = this.#genesis;
  }

  get head(): SimBlock {
    return this.#head;
  }

  get genesis(): SimBlock {
    return this.#genesis;
  }

  onHead(listener: (head: SimBlock) => void): void {
    this.#onHead.push(listener);
  }

  /** Seals one block for each list of events. */
  mine(...lists: (readonly LedgerEvent[])[]): void {
    for (const events of lists) {
      this.#head = this.#seal(this.#head, events);
      this.#tell();
    }
  }

  /** Puts other blocks in the place of the last `depth`. */
  reorg(depth: number, ...lists: (readonly LedgerEvent[])[]): void {
    for (let i = 0; i < depth && this.#head.parent; i++) this.#head = this.#head.parent;
    this.mine(...lists);
  }

  /** Begins anew from another genesis, as a dev chain that was wiped. */
  wipe(): void {
    this.#genesis = this.#seal(undefined, []);
    this.#head = this.#genesis;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#onHead) listener(this.#head);
  }

  #seal(parent: SimBlock | undefined, events: readonly LedgerEvent[]): SimBlock {
    const number = parent ? parent.number + 1n : 0n;
    const hash = keccak256(toHex(`${parent?.hash ?? "genesis"}:${this.#salt++}`));
    const items = events.flatMap((event) => [LEDGER_ADDRESS, ...encodeLedgerEvent(event).topics]);
    const logsBloom = bloomOf(items);
    return { number, hash, parent, events, timestamp: 1_700_000_000n + number, logsBloom };
  }
}

/** From the genesis to `head`, in order. */
export function blocksOf(head: SimBlock): SimBlock[] {
  const blocks: SimBlock[] = [];
  for (let block: SimBlock | undefined = head; block; block = block.parent) blocks.push(block);
  return blocks.reverse();
}

export function blockAt(head: SimBlock, number: bigint): SimBlock | undefined {
  let block: SimBlock | undefined = head;
  while (block && block.number > number) block = block.parent;
  return block?.number === number ? block : undefined;
}

export function transactionHashOf(block: SimBlock, index: number): Hash {
  return keccak256(concatHex([block.hash, numberToHex(index, { size: 1 })]));
}

const encoded = new WeakMap<LedgerEvent, { topics: Hex[]; data: Hex }>();

export function encodeLedgerEvent(event: LedgerEvent): { topics: Hex[]; data: Hex } {
  const known = encoded.get(event);
  if (known) return known;
  const fresh = encodeOnce(event);
  encoded.set(event, fresh);
  return fresh;
}

function encodeOnce(event: LedgerEvent): { topics: Hex[]; data: Hex } {
  if (event.kind === "closed") {
    const topics = encodeEventTopics({ abi: LEDGER_ABI, eventName: "Closed", args: event });
    return { topics: topics as Hex[], data: "0x" };
  }
  const topics = encodeEventTopics({ abi: LEDGER_ABI, eventName: "Moved", args: event });
  const data = encodeAbiParameters([{ type: "uint256" }], [event.amount]);
  return { topics: topics as Hex[], data };
}

/** @see Yellow Paper, section 4.3.1, the function M3:2048 */
function bloomOf(items: readonly Hex[]): Hex {
  const bytes = new Uint8Array(256);
  for (const item of new Set(items)) {
    const digest = keccak256(hexToBytes(item), "bytes");
    for (const pair of [0, 2, 4]) {
      const bit = (((digest[pair] ?? 0) << 8) | (digest[pair + 1] ?? 0)) & 2047;
      const at = 255 - (bit >> 3);
      bytes[at] = (bytes[at] ?? 0) | (1 << (bit & 7));
    }
  }
  return toHex(bytes);
}
