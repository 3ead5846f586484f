import type { FeedRow } from "@ghostchain/feed";
import {
  type Change,
  type SocketClass,
  StandingEvents,
  type StreamPosition,
} from "@ghostchain/sdk";
import { FeedStream } from "@ghostchain/sdk/testing";
import type { Address } from "viem";
import { Complaint } from "../complaint.ts";
import type { Random } from "../world/random.ts";
import type { Scheduler } from "../world/scheduler.ts";
import { SimProcess } from "../world/sim-process.ts";
import type { SimNetwork, SimSocket } from "./sim-network.ts";

/** A page of `GET /feed`, as a client that begins with one has it. */
export interface FirstPage {
  readonly position: StreamPosition & { readonly epoch: string };
  /** Newest first. */
  readonly standing: readonly Standing[];
}

interface Standing {
  readonly sequenceId: number;
  readonly topics: readonly string[];
  readonly event: unknown;
}

interface Snapshot {
  readonly standing: readonly Standing[];
  readonly own: string | null;
}

export interface ClientParts {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly network: SimNetwork;
  readonly hosts: readonly string[];
  /** What every client was told under an epoch and an id: it must be the same for all. */
  readonly told: Map<string, string>;
  readonly complain: (complaint: Complaint) => void;
  /** A deliberate breakage: a client that does not take back what a reorg took back. */
  readonly ignoresRetracts: boolean;
}

export interface ClientWishes {
  readonly name: string;
  readonly topics: readonly string[];
  readonly user: Address | undefined;
  readonly slowMs: number;
  readonly page: FirstPage | undefined;
}

const KEPT = 1_000_000;

/** One client: the real stream of the SDK, and what it was told written down. */
export class SimClient {
  readonly wishes: ClientWishes;
  readonly #parts: ClientParts;
  readonly #standing = new StandingEvents(KEPT);
  /** Whether `#standing` holds all there is, or only what came since it began. */
  #knowsAll = false;
  #base: number | undefined;
  #record: string[] = [];
  #process: SimProcess;
  #stream: FeedStream;
  #own: string | null | undefined;
  #starts = 0;

  constructor(parts: ClientParts, wishes: ClientWishes) {
    this.#parts = parts;
    this.wishes = wishes;
    const { page } = wishes;
    if (page) this.#begin(page.position.sequenceId, page.standing);
    this.#process = new SimProcess(wishes.name);
    this.#stream = this.#open(page?.position);
  }

  get position(): StreamPosition | undefined {
    return this.#stream.position;
  }

  /** What its owner was told last of its balance; undefined before it was told. */
  get own(): string | null | undefined {
    return this.#own;
  }

  /** The page is closed and opened again: it goes on from where it was. */
  restart(): void {
    const from = this.#stream.position;
    this.#process.kill();
    this.#stream.close();
    this.#process = new SimProcess(this.wishes.name);
    this.#stream = this.#open(from);
  }

  close(): void {
    this.#stream.close();
  }

  /** What it waits for. */
  get pending(): number {
    return this.#process.pending.size;
  }

  /** How what it holds differs from what it should, by the rows of the feed as it is now. */
  difference(epoch: string, rows: readonly FeedRow[], standing: readonly FeedRow[]): string[] {
    const { topics } = this.wishes;
    const isFor = (row: FeedRow) => row.topics.some((topic) => topics.includes(topic));
    if (this.position === undefined || this.#base === undefined) return ["it was told nothing"];
    if (this.position.epoch !== epoch) return [`its epoch is not the feed's`];
    const base = this.#base;
    const expected = rows.filter((row) => row.sequenceId > base && isFor(row)).map(rowText);
    const found = firstDifference("its record", expected, this.#record);
    if (found.length > 0 || !this.#knowsAll) return found;
    return firstDifference(
      "the events that stand for it",
      standing.filter(isFor).map(rowText),
      this.#standing.list.map(({ sequenceId, event }) => eventText(sequenceId, event)),
    );
  }

  #open(from: StreamPosition | undefined): FeedStream {
    const { random, hosts, network, scheduler } = this.#parts;
    const { user, topics, slowMs } = this.wishes;
    const owner = this.#process;
    const start = ++this.#starts;
    const credential = async () => (user === undefined ? undefined : { token: user });
    const stream = new FeedStream(
      async () => `ws://${random.pick(hosts)}/ws`,
      this.#listening(network.socketClass(owner, { slowMs })),
      { topics, credential, ...(from ? { from } : {}) },
      {
        random: () => random.next(),
        after: (durationMs, then) => scheduler.at(owner, durationMs, "timer", then),
      },
    );
    stream.on("change", (change) => {
      if (start === this.#starts) this.#take(change);
    });
    stream.on("fault", ({ code }) => scheduler.trace.note(scheduler.nowMs, owner.name, code));
    return stream;
  }

  /** Reads along, for where the stream begins when it begins now. */
  #listening(Socket: SocketClass): SocketClass {
    const see = (text: string) => {
      if (this.#base !== undefined) return;
      const message = JSON.parse(text) as { type: string; status?: string; sequenceId?: number };
      if (message.type === "CONNECTION_STATE" && message.status === "connected")
        this.#base = message.sequenceId;
    };
    return class {
      constructor(url: string) {
        const socket = new Socket(url) as SimSocket;
        let heard: SimSocket["onmessage"] = null;
        Object.defineProperty(socket, "onmessage", {
          get: () => (message: { data: string }) => {
            see(message.data);
            heard?.(message as never);
          },
          set: (listener: SimSocket["onmessage"]) => {
            heard = listener;
          },
        });
        // biome-ignore lint/correctness/noConstructorReturn: the same socket, but overheard
        return socket;
      }
    } as unknown as SocketClass;
  }

  #take(change: Change): void {
    switch (change.type) {
      case "sync":
        this.#takeSnapshot(change);
        break;
      case "position":
        this.#takeOwn(change.position);
        break;
      case "event":
        this.#standing.apply(change);
        this.#write(change.sequenceId, eventText(change.sequenceId, change.event));
        break;
      case "retract":
        if (!this.#parts.ignoresRetracts) this.#standing.apply(change);
        this.#write(change.sequenceId, retractText(change.sequenceId, change.retracts));
        break;
      default:
        break;
    }
  }

  #takeSnapshot(change: Change & { type: "sync" }): void {
    const { ledger } = change.snapshot as unknown as { ledger: Snapshot };
    this.#begin(change.sequenceId, ledger.standing);
    if (this.wishes.user) this.#own = ledger.own;
  }

  #takeOwn(position: unknown): void {
    const { owner, balance } = position as { owner: string; balance: string | null };
    if (owner !== this.wishes.user)
      this.#parts.complain(
        new Complaint(`${this.wishes.name}, who is ${this.wishes.user}, was told of ${owner}`),
      );
    this.#own = balance;
  }

  /** An id means the same to everyone. */
  #write(sequenceId: number, text: string): void {
    this.#record.push(text);
    const key = `${this.position?.epoch}:${sequenceId}`;
    const before = this.#parts.told.get(key) ?? text;
    this.#parts.told.set(key, before);
    if (before !== text)
      this.#parts.complain(
        new Complaint(`${this.wishes.name} was told ${text}, another client ${before}`),
      );
  }

  #begin(sequenceId: number, standing: readonly Standing[]): void {
    const { topics } = this.wishes;
    this.#base = sequenceId;
    this.#record = [];
    this.#knowsAll = true;
    const mine = standing.filter((one) => one.topics.some((topic) => topics.includes(topic)));
    this.#standing.reset(
      mine.map((one) => ({ sequenceId: one.sequenceId, event: one.event as never })),
    );
  }
}

function rowText(row: FeedRow): string {
  return row.kind === "event"
    ? eventText(row.sequenceId, row.event)
    : retractText(row.sequenceId, row.retracts);
}

function eventText(sequenceId: number, event: unknown): string {
  return `${sequenceId} ${JSON.stringify(event)}`;
}

function retractText(sequenceId: number, retracts: readonly number[]): string {
  return `${sequenceId} takes back ${retracts.join(", ")}`;
}

/** The first line in which two lists differ, for a person. */
export function firstDifference(
  what: string,
  expected: readonly string[],
  found: readonly string[],
): string[] {
  const count = Math.max(expected.length, found.length);
  for (let i = 0; i < count; i++) {
    if (expected[i] === found[i]) continue;
    const line = (text: string | undefined) => text ?? "nothing";
    return [`${what}, line ${i + 1}: expected ${line(expected[i])}, found ${line(found[i])}`];
  }
  return [];
}
