import { createHash } from "node:crypto";
import type { FeedEvent, ScannedRow } from "@ghostchain/feed";
import type { AnalyticsSum, Product } from "@ghostchain/product";
import { readAmount } from "./store/amount-limbs.ts";

/** What is kept of one event. */
export interface CountedEvent {
  readonly sequenceId: number;
  readonly chain: string;
  readonly blockNumber: bigint;
  readonly atMs: number;
  readonly type: string;
  /** Who did it, in lower case. */
  readonly actor: string | null;
  readonly level: string | null;
  readonly amounts: readonly { readonly sum: string; readonly amount: bigint }[];
}

interface Term {
  /** `product.report.sum` */
  readonly sum: string;
  readonly of: AnalyticsSum["of"][string];
}

const ADDRESS = /^0x[0-9a-f]{40}$/;
/** Beyond it a text is no name. */
const NAME_MAX_CHARS = 100;

/** What the products count in an event. */
export class EventCounter {
  /** Another one tells that other things are counted now. */
  readonly fingerprint: string;
  readonly #terms = new Map<string, Term[]>();
  readonly #passive: ReadonlySet<string>;
  readonly #refused: (sum: string, type: string) => void;

  /** @param refused - told when a product gives something that is no amount; it adds nothing then */
  constructor(products: readonly Product[], refused: (sum: string, type: string) => void) {
    this.#refused = refused;
    this.#passive = new Set(products.flatMap(({ analytics }) => analytics?.passive ?? []));
    const hash = createHash("sha256");
    for (const product of products) {
      hash.update(`${product.name} ${product.version ?? ""} ${product.analytics?.passive ?? ""}\n`);
      for (const [sum, of] of sumsOf(product)) {
        for (const [type, term] of Object.entries(of)) {
          hash.update(`${sum} ${type} ${term.toString()}\n`);
          this.#terms.set(type, [...(this.#terms.get(type) ?? []), { sum, of: term }]);
        }
      }
    }
    this.fingerprint = hash.digest("hex");
  }

  count(row: ScannedRow, event: FeedEvent): CountedEvent {
    const { sequenceId, chain, blockNumber } = row;
    return {
      ...{ sequenceId, chain, blockNumber },
      atMs: Number.isSafeInteger(event.timestamp) ? event.timestamp : 0,
      type: event.type.slice(0, NAME_MAX_CHARS),
      actor: this.#passive.has(event.type) ? null : actorOf(row, event),
      level: typeof event.level === "string" ? event.level.slice(0, NAME_MAX_CHARS) : null,
      amounts: (this.#terms.get(event.type) ?? []).flatMap((term) => this.#amountOf(term, event)),
    };
  }

  #amountOf({ sum, of }: Term, event: FeedEvent): CountedEvent["amounts"] {
    const value = givenBy(of, event);
    if (value === undefined) return [];
    const amount = readAmount(value);
    if (amount !== undefined) return [{ sum, amount }];
    this.#refused(sum, event.type);
    return [];
  }
}

/** The name under which a sum is kept. */
export function sumName(product: string, report: string, sum: string): string {
  return `${product}.${report}.${sum}`;
}

function sumsOf({ name, analytics }: Product): [string, AnalyticsSum["of"]][] {
  return Object.entries(analytics?.reports ?? {}).flatMap(([report, { sums }]) =>
    Object.entries(sums).map(([sum, { of }]): [string, AnalyticsSum["of"]] => [
      sumName(name, report, sum),
      of,
    ]),
  );
}

/** What throws gives no amount: one product's mistake must not stop the counting of all. */
function givenBy(of: Term["of"], event: FeedEvent): unknown {
  try {
    return of(event);
  } catch {
    return Number.NaN;
  }
}

/** The event's own `address`, or the one account whose state it changed. */
function actorOf({ subjects }: ScannedRow, { address }: FeedEvent): string | null {
  const [only, another] = subjects;
  const named = typeof address === "string" ? address : another === undefined ? only : undefined;
  const actor = named?.toLowerCase() ?? "";
  return ADDRESS.test(actor) ? actor : null;
}
