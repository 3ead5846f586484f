import type { Address } from "@ghostchain/evm";
import type { SenderTransaction } from "@ghostchain/protocol";
import { array, assert, constantFrom, integer, oneof, property, record } from "fast-check";
import { expect, it } from "vitest";
import { ALICE, BOB, CAROL, type Funds, headWith, transfer } from "./pool-fixture.ts";
import { effectiveTipWei, maxCostWei, outbids } from "./transaction-fees.ts";
import { DEFAULT_POOL_LIMITS, TransactionPool } from "./transaction-pool.ts";

const LIMITS = { ...DEFAULT_POOL_LIMITS, count: 6, countPerSender: 4 };
const SENDERS = [ALICE, BOB, CAROL];
const BASE_FEE_WEI = 1_000n;

const anySender = constantFrom(...SENDERS);
const anyStep = oneof(
  {
    weight: 12,
    arbitrary: record({
      kind: constantFrom("add" as const),
      sender: anySender,
      nonce: integer({ min: 0, max: 3 }),
      tipWei: integer({ min: 1, max: 30 }),
      spareWei: integer({ min: -5, max: 40 }),
      cost: integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: record({ kind: constantFrom("remove" as const), at: integer({ min: 0, max: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: record({
      kind: constantFrom("head" as const),
      sender: anySender,
      nonce: integer({ min: 0, max: 2 }),
      funds: integer({ min: 0, max: 12 }),
    }),
  },
);

const UNIT_WEI = 10n ** 12n;

it("agrees with a pool that looks at everything, every time", () =>
  assert(
    property(array(anyStep, { maxLength: 60, size: "max" }), (steps) => {
      const accounts = new Map<Address, Funds>();
      const pool = new TransactionPool(headWith(accounts), LIMITS);
      const model = new NaivePool(accounts);
      for (const step of steps) {
        if (step.kind === "add") {
          const maxFeeWei = Number(BASE_FEE_WEI) + step.tipWei + step.spareWei;
          const valueWei = BigInt(step.cost) * UNIT_WEI;
          const transaction = transfer({ ...step, maxFeeWei, valueWei });
          if (step.spareWei < 0 && step.tipWei > maxFeeWei) continue;
          const outcome = pool.tryAdd(transaction);
          expect(typeof outcome === "string" ? outcome : outcome.code).toBe(model.add(transaction));
        } else if (step.kind === "remove") {
          const victim = model.all[step.at];
          if (victim === undefined) continue;
          model.all.splice(step.at, 1);
          expect(pool.remove(victim.hash)).toBe(true);
        } else {
          accounts.set(step.sender, {
            nonce: step.nonce,
            balanceWei: BigInt(step.funds) * UNIT_WEI,
          });
          model.dropUnsendable();
          pool.setHead(headWith(accounts), [step.sender]);
        }
        expect(contentOf(pool)).toEqual(model.content());
        expect(orderOf(pool)).toEqual(model.order());
        expect(pool.sizeBytes).toBe(model.all.length * 110);
      }
    }),
    { numRuns: 300 },
  ));

/** Keeps one list in the order of arrival and works everything out from it. */
class NaivePool {
  all: SenderTransaction[] = [];
  readonly #accounts: ReadonlyMap<Address, Funds>;

  constructor(accounts: ReadonlyMap<Address, Funds>) {
    this.#accounts = accounts;
  }

  add(next: SenderTransaction): string {
    const { sender } = next;
    const nonce = Number(next.transaction.nonce);
    const funds = this.#accounts.get(sender);
    if (nonce < (funds?.nonce ?? 0)) return "TRANSACTION_NONCE_TOO_LOW";
    const own = this.all.filter((other) => other.sender === sender);
    const old = own.find((other) => other.transaction.nonce === next.transaction.nonce);
    const others = own.filter((other) => other !== old);
    const cost = [next, ...others].reduce((sum, tx) => sum + maxCostWei(tx.transaction), 0n);
    if (cost > (funds?.balanceWei ?? 10n ** 24n)) return "TRANSACTION_FUNDS_INSUFFICIENT";
    if (old !== undefined && !outbids(next, old)) return "TRANSACTION_REPLACEMENT_UNDERPRICED";
    if (old === undefined && own.length >= LIMITS.countPerSender) return "SENDER_QUEUE_FULL";
    const rest = this.all.filter((other) => other !== old);
    if (rest.length >= LIMITS.count) {
      const ranked = [...rest, next];
      const worst = ranked.toSorted((a, b) => this.#compare(ranked, a, b)).at(-1);
      if (worst === undefined || worst === next) return "POOL_FULL";
      if (worst.sender === sender && worst.transaction.nonce < next.transaction.nonce) {
        return "POOL_FULL";
      }
      rest.splice(rest.indexOf(worst), 1);
    }
    this.all = [...rest, next];
    return this.#isPending(this.all, next) ? "pending" : "queued";
  }

  dropUnsendable(): void {
    this.all = this.all.filter(({ sender, transaction }) => {
      const funds = this.#accounts.get(sender);
      const payable = maxCostWei(transaction) <= (funds?.balanceWei ?? 10n ** 24n);
      return payable && Number(transaction.nonce) >= (funds?.nonce ?? 0);
    });
  }

  content(): string[] {
    return this.all
      .map((tx) => `${tx.hash} ${this.#isPending(this.all, tx) ? "pending" : "queued"}`)
      .sort();
  }

  order(): string[] {
    const left = new Set(this.all);
    const order: string[] = [];
    const nextNonce = new Map(SENDERS.map((s) => [s, this.#accounts.get(s)?.nonce ?? 0]));
    for (;;) {
      const ready = [...left]
        .filter((tx) => Number(tx.transaction.nonce) === nextNonce.get(tx.sender))
        .filter((tx) => effectiveTipWei(tx.transaction, BASE_FEE_WEI) >= 0n);
      const best = ready.toSorted((a, b) => Number(this.#tip(b) - this.#tip(a)))[0];
      if (best === undefined) return order;
      order.push(best.hash);
      left.delete(best);
      nextNonce.set(best.sender, Number(best.transaction.nonce) + 1);
    }
  }

  /** Best first: pending as the pool stands, tip, the older. */
  #compare(ranked: SenderTransaction[], a: SenderTransaction, b: SenderTransaction): number {
    const pending = Number(this.#fits(b)) - Number(this.#fits(a));
    return pending || Number(this.#tip(b) - this.#tip(a)) || ranked.indexOf(a) - ranked.indexOf(b);
  }

  #fits(transaction: SenderTransaction): boolean {
    const others = this.all.filter((other) => other !== transaction);
    return this.#isPending([...others, transaction], transaction);
  }

  #tip(tx: SenderTransaction): bigint {
    return effectiveTipWei(tx.transaction, BASE_FEE_WEI);
  }

  #isPending(all: SenderTransaction[], { sender, transaction }: SenderTransaction): boolean {
    const nonces = new Set(
      all.filter((tx) => tx.sender === sender).map((tx) => Number(tx.transaction.nonce)),
    );
    const first = this.#accounts.get(sender)?.nonce ?? 0;
    for (let nonce = first; nonce <= Number(transaction.nonce); nonce += 1) {
      if (!nonces.has(nonce)) return false;
    }
    return Number(transaction.nonce) >= first;
  }
}

function contentOf(pool: TransactionPool): string[] {
  const { pending, queued } = pool.content();
  const name = (transactions: readonly SenderTransaction[], status: string) =>
    transactions.map((tx) => `${tx.hash} ${status}`);
  return [
    ...[...pending.values()].flatMap((all) => name(all, "pending")),
    ...[...queued.values()].flatMap((all) => name(all, "queued")),
  ].sort();
}

function orderOf(pool: TransactionPool): string[] {
  const selection = pool.select();
  const order: string[] = [];
  for (let next = selection.peek(); next !== undefined; next = selection.peek()) {
    order.push(next.hash);
    selection.take();
  }
  return order;
}
