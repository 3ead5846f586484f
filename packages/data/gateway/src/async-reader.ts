import { type Auth, AuthError, type Session } from "@ghostchain/auth";
import type { Database } from "@ghostchain/database";
import { feedPosition, type JsonObject } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import type { Clock, Logger } from "@ghostchain/service";
import type { ClientDesk, Credential, Reader } from "./client-desk.ts";
import type { Connection } from "./connection.ts";
import type { Snapshot } from "./feed-stream.ts";
import { SharedSnapshot } from "./shared-snapshot.ts";
import type { SlotKeeper } from "./slot-keeper.ts";

export interface ReaderParts {
  readonly auth: Pick<Auth, "verifyToken" | "redeemTicket">;
  readonly database: Database;
  readonly products: readonly Product[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where a user's connections are counted over all gateways; without it this one counts its own. */
  readonly slots: SlotKeeper | undefined;
}

type Address = Session["address"];

/** So many of the database's connections a storm of clients may hold. */
const READS_AT_ONCE = 4;

/** Reads sessions and snapshots for a desk, a few at a time, and a snapshot once for all who may have the same. */
export class AsyncReader implements Reader {
  readonly #parts: ReaderParts;
  readonly #desk: () => ClientDesk;
  readonly #public = new SharedSnapshot(() => this.#limited(() => this.#readSnapshot(undefined)));
  readonly #personal = new Map<Address, Promise<Snapshot>>();
  /** Accounts whose own state is being read for its owner. */
  readonly #reading = new Map<Address, { isStale: boolean }>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param desk - whom to tell; asked for late, because the desk needs its reader first */
  constructor(parts: ReaderParts, desk: () => ClientDesk) {
    this.#parts = parts;
    this.#desk = desk;
  }

  authenticate(connection: Connection, credential: Credential): void {
    const { logger } = this.#parts;
    this.#login(connection, credential).catch((error: unknown) => {
      if (error instanceof AuthError) {
        this.#desk().authRefused(connection, error.code, REFUSALS[error.code] ?? "refused");
        return;
      }
      logger.warn({ err: error }, "login could not be checked");
      this.#desk().authUnavailable(connection);
    });
  }

  readSnapshot(connection: Connection): void {
    const { clock, logger } = this.#parts;
    this.#snapshotFor(connection.session?.address).then(
      (snapshot) => this.#desk().snapshotRead(connection, snapshot, clock.now()),
      (error: unknown) => {
        logger.warn({ err: error }, "snapshot could not be read");
        this.#desk().snapshotFailed(connection);
      },
    );
  }

  /**
   * The account's own state changed. Where its owner was not told, it is read and told; a message that came meanwhile may
   * be newer than what was read, so then it is read once more.
   */
  ownStateChanged(address: Address, how: "told" | "untold"): void {
    const reading = this.#reading.get(address);
    if (reading) reading.isStale = true;
    else if (how === "untold") void this.#tellOwner(address);
  }

  async #tellOwner(address: Address): Promise<void> {
    const reading = { isStale: false };
    this.#reading.set(address, reading);
    try {
      let messages: JsonObject[];
      do {
        reading.isStale = false;
        messages = await this.#limited(() => this.#readPersonal(address));
      } while (reading.isStale);
      this.#desk().tellOwner(address, messages);
    } catch (error) {
      this.#parts.logger.warn({ err: error }, "position of a client could not be read");
      this.#desk().ownerUnavailable(address);
    } finally {
      this.#reading.delete(address);
    }
  }

  async #login(connection: Connection, credential: Credential): Promise<void> {
    const { auth, clock, slots } = this.#parts;
    const session =
      "token" in credential
        ? await auth.verifyToken(credential.token)
        : await auth.redeemTicket(credential.ticket);
    if (connection.phase === "closed") return;
    if (connection.session === undefined && slots) {
      const hasSlot = await slots.take(connection, session.address, clock.now());
      if (!hasSlot) {
        this.#desk().refuseConnection(connection);
        return;
      }
    }
    // Without it, its owner would believe in an old one for as long as nothing else changes it.
    const welcome = await this.#limited(() => this.#readPersonal(session.address));
    this.#desk().authenticated(connection, session, welcome, clock.now());
  }

  /** What the owner of `address` would have been told last. */
  async #readPersonal(address: Address): Promise<JsonObject[]> {
    const { products, database } = this.#parts;
    const messages = products.map((product) => product.personal?.(address, database));
    return (await Promise.all(messages)).filter((message) => message !== undefined);
  }

  #snapshotFor(address: Address | undefined): Promise<Snapshot> {
    if (address === undefined) {
      const nowMs = this.#parts.clock.now();
      return this.#public.get(nowMs, (snapshot) => this.#desk().canFollow(snapshot));
    }
    const reading = this.#personal.get(address);
    if (reading !== undefined) return reading;
    const started = this.#limited(() => this.#readSnapshot(address)).finally(() =>
      this.#personal.delete(address),
    );
    this.#personal.set(address, started);
    return started;
  }

  #readSnapshot(address: Address | undefined): Promise<Snapshot> {
    return this.#parts.database.transaction(async (sql) => {
      // One view for all statements, so that the state and its place in the sequence are of one moment.
      await sql.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      const position = await feedPosition(sql);
      const parts: [string, JsonObject][] = [];
      for (const { name, snapshot } of this.#parts.products) {
        if (snapshot) parts.push([name, await snapshot(sql, address)]);
      }
      return { ...position, json: JSON.stringify(Object.fromEntries(parts)) };
    });
  }

  async #limited<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= READS_AT_ONCE) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

const REFUSALS: Readonly<Record<string, string>> = {
  AUTH_TOKEN_INVALID: "this token is not valid here",
  AUTH_TOKEN_EXPIRED: "this token has expired: log in again",
  AUTH_TICKET_INVALID: "this ticket is unknown, used, or older than its 30 seconds",
};
