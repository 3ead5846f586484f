export interface BlockId {
  readonly number: number;
  readonly hash: string;
}

interface Mark {
  head: BlockId | undefined;
  finalized: BlockId | undefined;
  isUsable: boolean;
  confirmedAtMs: number;
}

/**
 * What is known of the chain: the head of each upstream, and which of them leads. What holds for one block holds as
 * long as `generation` stays the same; what holds for ever, as long as `epoch` does.
 */
export class ChainView {
  readonly #marks: Mark[];
  readonly #staleAfterMs: number;
  #lead = 0;
  #generation = 0;
  #epoch = 0;
  /** The newest block that any answer showed. */
  #newestSeen = -1;
  #suspicions = 0;
  #isSuspected = false;

  constructor(upstreams: number, staleAfterMs: number) {
    this.#staleAfterMs = staleAfterMs;
    this.#marks = Array.from({ length: upstreams }, () => ({
      head: undefined,
      finalized: undefined,
      isUsable: true,
      confirmedAtMs: Number.NEGATIVE_INFINITY,
    }));
  }

  get generation(): number {
    return this.#generation;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Undefined until a usable upstream has told its own. */
  get head(): BlockId | undefined {
    const lead = this.#marks[this.#lead];
    return lead?.isUsable ? lead.head : undefined;
  }

  /** How many times answers showed a block beyond the head; given back to `confirm`. */
  get suspicions(): number {
    return this.#suspicions;
  }

  /** Whether answers that hold for one block may be kept and given again. */
  isCurrent(nowMs: number): boolean {
    const lead = this.#marks[this.#lead];
    if (lead === undefined || this.head === undefined || this.#isSuspected) return false;
    return nowMs - lead.confirmedAtMs <= this.#staleAfterMs;
  }

  finalizedOf(upstream: number): BlockId | undefined {
    return this.#marks[upstream]?.finalized;
  }

  isUsable(upstream: number): boolean {
    return this.#marks[upstream]?.isUsable ?? false;
  }

  /** Whether an upstream has the very head that we go by. */
  isInStep(upstream: number): boolean {
    const { head } = this;
    return (
      head !== undefined &&
      this.isUsable(upstream) &&
      this.#marks[upstream]?.head?.hash === head.hash
    );
  }

  setHead(upstream: number, head: BlockId, nowMs: number): void {
    const mark = this.#mark(upstream);
    const before = this.head;
    mark.head = head;
    mark.confirmedAtMs = nowMs;
    this.#elect(before);
    if (upstream === this.#lead && head.number >= this.#newestSeen) this.#isSuspected = false;
  }

  setFinalized(upstream: number, finalized: BlockId | undefined): void {
    this.#mark(upstream).finalized = finalized;
  }

  setUsable(upstream: number, isUsable: boolean): void {
    const before = this.head;
    this.#mark(upstream).isUsable = isUsable;
    this.#elect(before);
  }

  /** The head was asked for after so many suspicions, so it is right whatever they were. */
  confirm(upstream: number, suspicions: number): void {
    if (upstream !== this.#lead || suspicions !== this.#suspicions) return;
    this.#isSuspected = false;
    this.#newestSeen = this.head?.number ?? -1;
  }

  /**
   * An answer showed this block. Where it is beyond the head, the chain has moved on: nothing that holds for one
   * block is given again until the head is known.
   *
   * @returns whether it is time to ask for the head
   */
  observe(blockNumber: number): boolean {
    const { head } = this;
    if (head === undefined || blockNumber <= head.number) return false;
    this.#suspicions += 1;
    this.#isSuspected = true;
    if (blockNumber <= this.#newestSeen) return false;
    this.#newestSeen = blockNumber;
    this.#generation += 1;
    return true;
  }

  /** What was finalized is not what it was: this is another chain. */
  breakFinality(): void {
    this.#epoch += 1;
    this.#generation += 1;
    for (const mark of this.#marks) mark.finalized = undefined;
  }

  #mark(upstream: number): Mark {
    const mark = this.#marks[upstream];
    if (mark === undefined) throw new RangeError(`there is no upstream ${upstream}`);
    return mark;
  }

  /** The usable upstream that is farthest leads; of several, the one that did. */
  #elect(before: BlockId | undefined): void {
    for (const [index, mark] of this.#marks.entries()) {
      const lead = this.#marks[this.#lead];
      const leads = heightOf(lead);
      if (heightOf(mark) > leads) this.#lead = index;
    }
    if (this.head?.hash !== before?.hash) this.#generation += 1;
  }
}

function heightOf(mark: Mark | undefined): number {
  return mark?.isUsable ? (mark.head?.number ?? -1) : -2;
}
