import { AuthError } from "@ghostchain/auth";
import { createFeedFollower, type FeedFollower } from "@ghostchain/feed";
import { DEFAULT_LIMITS, type Gateway, type GatewayParts } from "@ghostchain/gateway";
import { createGatewayOn } from "@ghostchain/gateway/testing";
import { createMetrics } from "@ghostchain/service";
import { getAddress } from "viem";
import { ACCOUNTS } from "../accounts.ts";
import { type ServerPlace, SimSocketServer } from "../clients/sim-socket-server.ts";
import { boardProduct, ledgerProduct } from "../data/ledger-product.ts";
import type { SimWorld } from "../sim-world.ts";
import type { Random } from "../world/random.ts";
import { simClock } from "../world/sim-clock.ts";
import { SimProcess } from "../world/sim-process.ts";

const NEVER_MS = Date.UTC(2100, 0, 1);
const LOGIN_MS = 4;

/** A machine that runs one gateway, and starts it again whenever it ends. */
export class GatewayHost {
  readonly host: string;
  readonly #world: SimWorld;
  readonly #random: Random;
  readonly #outgoing: ServerPlace["outgoing"];
  #process: SimProcess | undefined;
  #parts: { readonly follower: FeedFollower; readonly gateway: Gateway } | undefined;
  #ready = false;
  #stopped: Promise<void> | undefined;

  constructor(
    world: SimWorld,
    random: Random,
    place: { host: string; outgoing: ServerPlace["outgoing"] },
  ) {
    this.host = place.host;
    this.#world = world;
    this.#random = random;
    this.#outgoing = place.outgoing;
  }

  get process(): SimProcess | undefined {
    return this.#process;
  }

  start(): void {
    if (this.#process?.alive || this.#world.isClosing) return;
    const owner = new SimProcess(this.host);
    this.#process = owner;
    this.#ready = false;
    this.#stopped = undefined;
    const { scheduler, network, profile, logger } = this.#world;
    const clock = simClock(scheduler, owner);
    const database = this.#world.database(owner);
    const common = { database, bus: this.#world.bus(owner), clock, logger };
    const follower = createFeedFollower(common);
    const limits = {
      ...{ ...DEFAULT_LIMITS, heartbeatMs: 3_000, tickMs: 0 },
      ...{ replayRows: profile.replayRows, outboundBytes: profile.outboundBytes },
    };
    const place = { network, owner, host: this.host, outgoing: this.#outgoing };
    const gateway = createGatewayOn(
      (core, parts, options) => new SimSocketServer(place, core, parts, options),
      {
        ...common,
        follower: this.#followed(follower),
        products: [ledgerProduct(0), boardProduct()],
        auth: this.#auth(owner),
        metrics: createMetrics({ processMetrics: false }),
      },
      { host: this.host, port: 80, public: true, origins: "any", limits },
    );
    this.#parts = { follower, gateway };
    void this.#run(owner, follower, gateway);
  }

  kill(): void {
    this.#process?.kill();
    this.#startLater();
  }

  /** As by SIGTERM. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopOnce();
    return this.#stopped;
  }

  async #stopOnce(): Promise<void> {
    const [process, parts] = [this.#process, this.#parts];
    if (!process?.alive || !parts || !this.#ready) return process?.kill();
    await parts.gateway.stop();
    await parts.follower.stop();
    // What was being read for a client, or said to one, may still come.
    await simClock(this.#world.scheduler, process).sleep(30_000);
    this.#world.end(process);
  }

  async #run(owner: SimProcess, follower: FeedFollower, gateway: Gateway): Promise<void> {
    const { signal } = new AbortController();
    try {
      await follower.start(signal);
      await gateway.start(signal);
      this.#ready = true;
    } catch (error) {
      this.#world.trace.remark(`${this.host} did not start: ${String(error)}`);
      if (this.#process === owner) this.kill();
    }
  }

  #startLater(): void {
    this.#world.scheduler.at(undefined, this.#random.between(50, 800), `start ${this.host}`, () =>
      this.start(),
    );
  }

  /** A token is the address it is for. */
  #auth(owner: SimProcess): GatewayParts["auth"] {
    const { scheduler, faults, breakage } = this.#world;
    const random = this.#random;
    return {
      verifyToken: async (token) => {
        await new Promise<void>((resolve) => {
          scheduler.at(owner, random.latencyMs(LOGIN_MS), "login", resolve);
        });
        if (random.chance(faults.login.unavailable)) throw new Error("no login just now");
        const expiresAtMs = random.chance(0.2) ? scheduler.nowMs + random.below(8_000) : NEVER_MS;
        const address = breakage === "sessions are mixed up" ? random.pick(ACCOUNTS) : token;
        return { address: getAddress(address), expiresAtMs };
      },
      redeemTicket: async () => {
        throw new AuthError({ code: "AUTH_TICKET_INVALID" });
      },
    };
  }

  #followed(follower: FeedFollower): FeedFollower {
    if (this.#world.breakage !== "a follower leaves out a row") return follower;
    return {
      name: follower.name,
      start: (signal) => follower.start(signal),
      stop: () => follower.stop(),
      get position() {
        return follower.position;
      },
      listen: ({ onRows, onEpoch }) =>
        follower.listen({ onEpoch, onRows: (rows) => onRows(rows.slice(0, 2)) }),
    };
  }
}
