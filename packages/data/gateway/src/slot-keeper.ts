import { randomUUID } from "node:crypto";
import type { ConnectionSlots } from "@ghostchain/rate-limit";
import type { Logger } from "@ghostchain/service";
import type { Connection } from "./connection.ts";

/** A third of what a slot lasts, so that one renewal may fail. */
const RENEW_EVERY_MS = 20_000;

interface Held {
  readonly user: string;
  readonly slot: string;
  renewAtMs: number;
  isRenewing: boolean;
}

/**
 * One slot for each connection that has a user, so that a user's connections are counted over all gateways. While
 * the store cannot be asked everyone has a slot here, and the desk counts this gateway's own; once it is back, those
 * for whom there is no room lose theirs.
 */
export class SlotKeeper {
  readonly #slots: ConnectionSlots;
  readonly #logger: Logger;
  readonly #onUnavailable: () => void;
  readonly #held = new Map<Connection, Held>();
  readonly #releases = new Set<Promise<void>>();
  readonly #gateway = randomUUID();
  #given = 0;
  #isDown = false;

  constructor(slots: ConnectionSlots, logger: Logger, onUnavailable: () => void) {
    this.#slots = slots;
    this.#logger = logger;
    this.#onUnavailable = onUnavailable;
  }

  /** Whether the user may have this connection too. It has its slot until it leaves; ask once a connection. */
  async take(connection: Connection, address: string, nowMs: number): Promise<boolean> {
    const held: Held = {
      user: address.toLowerCase(),
      slot: `${this.#gateway}:${++this.#given}`,
      renewAtMs: nowMs + RENEW_EVERY_MS,
      isRenewing: false,
    };
    this.#held.set(connection, held);
    connection.onLeave = () => this.#release(connection);
    const hasSlot = await this.#ask(() => this.#slots.take(held.user, held.slot));
    if (!hasSlot) this.#held.delete(connection);
    return hasSlot;
  }

  /** Renews what is due; `onLost` is told of connections whose user has too many others by now. */
  renew(nowMs: number, onLost: (connection: Connection) => void): void {
    for (const [connection, held] of this.#held) {
      if (nowMs < held.renewAtMs || held.isRenewing) continue;
      held.isRenewing = true;
      held.renewAtMs = nowMs + RENEW_EVERY_MS;
      void this.#ask(() => this.#slots.renew(held.user, held.slot)).then((hasSlot) => {
        held.isRenewing = false;
        if (hasSlot || this.#held.get(connection) !== held) return;
        this.#held.delete(connection);
        onLost(connection);
      });
    }
  }

  /** Resolves when every slot that was let go has been given back, as far as it can be. */
  async settled(): Promise<void> {
    await Promise.all(this.#releases);
  }

  #release(connection: Connection): void {
    const held = this.#held.get(connection);
    if (!held) return;
    this.#held.delete(connection);
    // If this fails the slot comes free when its time is over.
    const release: Promise<void> = this.#slots
      .release(held.user, held.slot)
      .catch(() => this.#onUnavailable())
      .finally(() => this.#releases.delete(release));
    this.#releases.add(release);
  }

  async #ask(ask: () => Promise<boolean>): Promise<boolean> {
    try {
      const hasSlot = await ask();
      if (this.#isDown)
        this.#logger.info("connections of a user are counted in all gateways again");
      this.#isDown = false;
      return hasSlot;
    } catch (error) {
      this.#onUnavailable();
      if (!this.#isDown) {
        this.#logger.warn(
          { err: error },
          "connections of a user are counted in this gateway alone",
        );
      }
      this.#isDown = true;
      return true;
    }
  }
}
