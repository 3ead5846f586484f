import { randomBytes } from "node:crypto";
import { bytesToHex, type Hex } from "@ghostchain/encoding";
import type { ExecutedReceipt, SenderTransaction, StoredBlock } from "@ghostchain/protocol";
import type { HeadEvent, RpcBackend } from "./backend.ts";
import { formatHead } from "./format/block.ts";
import { formatMatchingLogs } from "./format/log.ts";
import { formatTransaction } from "./format/transaction.ts";
import type { RpcLimits } from "./limits.ts";
import type { LogFilter } from "./log-filter.ts";
import { RpcError } from "./rpc-error.ts";
import type { RpcSession } from "./session.ts";

/** What a client can subscribe to. */
export type Topic =
  | { readonly kind: "newHeads" }
  | { readonly kind: "logs"; readonly filter: LogFilter }
  | { readonly kind: "newPendingTransactions"; readonly full: boolean }
  | { readonly kind: "syncing" };

interface Subscription {
  readonly topic: Topic;
  /** `result` is JSON text: an event is written once however many hear of it. */
  send(result: string): void;
}

/** Tells subscribed sessions what happens on the chain and in the pool. */
export class SubscriptionHub {
  readonly #limits: RpcLimits;
  readonly #backend: RpcBackend;
  readonly #sessions = new Map<RpcSession, Map<string, Subscription>>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #detach: readonly (() => void)[];

  constructor(backend: RpcBackend, limits: RpcLimits) {
    this.#backend = backend;
    this.#limits = limits;
    this.#detach = [
      backend.onHead((event) => this.#publishHead(event)),
      backend.onPendingTransaction((transaction) => this.#publishPending(transaction)),
    ];
  }

  /** @throws {RpcError} `RPC_FAILED` on a connection that hears only answers, `RPC_LIMIT_EXCEEDED` */
  add(session: RpcSession, topic: Topic): Hex {
    if (!session.notify) {
      const problem = "notifications not supported: subscribe over a WebSocket";
      throw new RpcError({ code: "RPC_FAILED", problem });
    }
    const own = this.#subscriptionsOf(session);
    if (own.size >= this.#limits.subscriptionsPerSession) {
      const problem = `too many subscriptions: at most ${this.#limits.subscriptionsPerSession}`;
      throw new RpcError({ code: "RPC_LIMIT_EXCEEDED", problem });
    }
    const id = bytesToHex(randomBytes(16));
    const subscription = createSubscription(id, session, topic);
    own.set(id, subscription);
    this.#subscriptions.add(subscription);
    if (topic.kind === "syncing") subscription.send("false");
    return id;
  }

  remove(session: RpcSession, id: string): boolean {
    const own = this.#sessions.get(session);
    const subscription = own?.get(id);
    if (!own || !subscription) return false;
    own.delete(id);
    return this.#subscriptions.delete(subscription);
  }

  /** Subscriptions of all sessions together. */
  count(): number {
    return this.#subscriptions.size;
  }

  close(): void {
    for (const detach of this.#detach) detach();
    this.#subscriptions.clear();
    this.#sessions.clear();
  }

  #subscriptionsOf(session: RpcSession): Map<string, Subscription> {
    const known = this.#sessions.get(session);
    if (known) return known;
    const own = new Map<string, Subscription>();
    this.#sessions.set(session, own);
    session.onClose(() => {
      for (const subscription of own.values()) this.#subscriptions.delete(subscription);
      this.#sessions.delete(session);
    });
    return own;
  }

  #publishHead(event: HeadEvent): void {
    if (this.#subscriptions.size === 0) return;
    const { sealedAtMs } = event;
    const newest = event.added.at(-1);
    for (const stored of event.removed) this.#publishLogs(stored, true);
    for (const stored of event.added) {
      let head: string | undefined;
      for (const subscription of this.#subscriptions) {
        if (subscription.topic.kind !== "newHeads") continue;
        head ??= JSON.stringify(formatHead(stored, stored === newest ? sealedAtMs : undefined));
        subscription.send(head);
      }
      this.#publishLogs(stored, false);
    }
  }

  #publishLogs(stored: StoredBlock, removed: boolean): void {
    let receipts: readonly ExecutedReceipt[] | undefined;
    for (const subscription of this.#subscriptions) {
      if (subscription.topic.kind !== "logs") continue;
      const { filter } = subscription.topic;
      if (!filter.mayMatch(stored.block.header.logsBloom)) continue;
      receipts ??= this.#backend.receipts(stored.hash) ?? [];
      const logs = formatMatchingLogs(stored, receipts, filter, removed);
      for (const log of removed ? logs.toReversed() : logs) {
        subscription.send(JSON.stringify(log));
      }
    }
  }

  #publishPending({ transaction, hash, sender }: SenderTransaction): void {
    let full: string | undefined;
    for (const subscription of this.#subscriptions) {
      if (subscription.topic.kind !== "newPendingTransactions") continue;
      if (subscription.topic.full) {
        full ??= JSON.stringify(formatTransaction(transaction, hash, sender, undefined));
        subscription.send(full);
      } else {
        subscription.send(`"${hash}"`);
      }
    }
  }
}

/** Holds events back until the client has been told the subscription's id. */
function createSubscription(id: Hex, session: RpcSession, topic: Topic): Subscription {
  const head = `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}","result":`;
  let held: string[] | undefined = [];
  session.afterAnswer(() => {
    const early = held ?? [];
    held = undefined;
    for (const message of early) session.notify?.(message);
  });
  return {
    topic,
    send: (result) => {
      const message = `${head}${result}}}`;
      if (held) held.push(message);
      else session.notify?.(message);
    },
  };
}
