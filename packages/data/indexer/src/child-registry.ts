import type { Address, Hash } from "viem";
import type { RawLog } from "./source/block.ts";

/** A kind of contracts that a factory makes. */
export interface ChildKind {
  readonly product: string;
  readonly contract: string;
  /** Lower-case. */
  readonly factory: Address;
  /** The event that tells of a child. */
  readonly selector: Hash;
  readonly startBlock: bigint;
  /** The first topics of the children's own events. */
  readonly topics: readonly Hash[];
  /** The child that a log of the factory tells of, lower-case; undefined where it does not fit its event. */
  childOf(log: RawLog): Address | undefined;
}

/** A child, and the log that told of it. */
export interface Birth {
  readonly kind: ChildKind;
  readonly address: Address;
  readonly blockNumber: bigint;
  readonly logIndex: number;
}

/** The children that factories have made up to the last block in the tables: exactly those, reorgs included. */
export class ChildRegistry {
  readonly kinds: readonly ChildKind[];
  readonly #bySlot: ReadonlyMap<string, readonly ChildKind[]>;
  readonly #children: ReadonlyMap<ChildKind, Map<Address, Birth>>;
  #version = 0;

  constructor(kinds: readonly ChildKind[]) {
    this.kinds = kinds;
    this.#bySlot = Map.groupBy(kinds, ({ factory, selector }) => `${factory}:${selector}`);
    this.#children = new Map(kinds.map((kind) => [kind, new Map()]));
  }

  /** Another one after every change. */
  get version(): number {
    return this.#version;
  }

  get size(): number {
    let size = 0;
    for (const children of this.#children.values()) size += children.size;
    return size;
  }

  *addresses(): Generator<Address> {
    for (const children of this.#children.values()) yield* children.keys();
  }

  /** The children of a kind that are known now. */
  of(kind: ChildKind): ReadonlyMap<Address, Birth> {
    return this.#children.get(kind) ?? NONE;
  }

  /** Whether `log` is of a child of this kind, after the log that told of it. */
  covers(kind: ChildKind, log: RawLog): boolean {
    const birth = this.of(kind).get(log.address);
    return birth !== undefined && isAfter(log, birth);
  }

  /** Whether `log` is of a child of any kind, after the log that told of it. */
  coversAny(log: RawLog): boolean {
    return this.kinds.some((kind) => this.covers(kind, log));
  }

  /** What a log tells of that is not known yet. */
  birthsOf(log: RawLog): readonly Birth[] {
    const kinds = this.#bySlot.get(`${log.address}:${log.topics[0]}`);
    if (kinds === undefined) return [];
    const births: Birth[] = [];
    for (const kind of kinds) {
      const address = log.blockNumber < kind.startBlock ? undefined : kind.childOf(log);
      if (address === undefined || this.of(kind).has(address)) continue;
      births.push({ kind, address, blockNumber: log.blockNumber, logIndex: log.logIndex });
    }
    return births;
  }

  add(births: Iterable<Birth>): void {
    for (const birth of births) this.#children.get(birth.kind)?.set(birth.address, birth);
    this.#version += 1;
  }

  /** Forgets the children of blocks above `ancestor`. */
  removeAbove(ancestor: bigint): void {
    for (const children of this.#children.values())
      for (const [address, { blockNumber }] of children)
        if (blockNumber > ancestor) children.delete(address);
    this.#version += 1;
  }

  clear(): void {
    for (const children of this.#children.values()) children.clear();
    this.#version += 1;
  }
}

export function isAfter(log: RawLog, { blockNumber, logIndex }: Birth): boolean {
  if (blockNumber !== log.blockNumber) return blockNumber < log.blockNumber;
  return logIndex < log.logIndex;
}

const NONE: ReadonlyMap<Address, Birth> = new Map();
