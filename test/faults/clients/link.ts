import type { CloseCode, Connection, Outlet } from "@ghostchain/gateway/testing";
import { Channel } from "../world/channel.ts";
import type { SimProcess } from "../world/sim-process.ts";
import type { SimNetwork, SimSocket } from "./sim-network.ts";
import type { SimSocketServer } from "./sim-socket-server.ts";

type Down =
  | { readonly kind: "open" }
  | { readonly kind: "ping" }
  | { readonly kind: "text"; readonly text: string; readonly sizeBytes: number }
  | { readonly kind: "close"; readonly code: number; readonly reason: string };

/** One connection: two wires, each of which may break without the other noticing. */
export class Link implements Outlet {
  readonly #network: SimNetwork;
  readonly #socket: SimSocket;
  readonly #reading: { slowMs: number };
  readonly #down: Channel<Down>;
  #up: Channel<string> | undefined;
  #server: SimSocketServer | undefined;
  #connection: Connection | undefined;
  #closing = false;
  #over = false;
  #unreadBytes = 0;

  constructor(
    network: SimNetwork,
    socket: SimSocket,
    owner: SimProcess,
    reading: { slowMs: number },
  ) {
    this.#network = network;
    this.#socket = socket;
    this.#reading = reading;
    const { scheduler } = network.parts;
    this.#down = new Channel(scheduler, owner, "from a gateway", (item) => this.#read(item));
    owner.onKill(() => this.#hangUp());
  }

  /** Who it is connected to, once it is. */
  get server(): SimSocketServer | undefined {
    return this.#over ? undefined : this.#server;
  }

  accept(server: SimSocketServer): void {
    if (this.#over) return;
    const { scheduler } = this.#network.parts;
    this.#server = server;
    this.#up = new Channel(scheduler, server.owner, "from a client", (text) => {
      if (this.#connection) server.receive(this.#connection, text);
    });
    this.#push({ kind: "open" });
    this.#connection = server.accept(this);
  }

  refuse(): void {
    if (!this.#over) this.#push({ kind: "close", code: 1006, reason: "" });
  }

  sendUp(text: string): void {
    const { random, faults } = this.#network.parts;
    this.#up?.send(this.#network.parts.incoming(text), random.latencyMs(faults.latencyMs));
  }

  send(frame: Buffer): void {
    if (this.#closing || this.#over) return;
    const { random, faults } = this.#network.parts;
    if (this.#unreadBytes + frame.length > (this.#server?.outboundBytes ?? 0)) {
      this.close(1013, "reading too slowly: reconnect");
      return;
    }
    this.#unreadBytes += frame.length;
    const text = this.#server?.outgoing(payloadOf(frame), this.#connection) ?? "";
    this.#push({ kind: "text", text, sizeBytes: frame.length });
    if (random.chance(faults.cut)) this.cut("both");
  }

  ping(): void {
    if (!this.#closing) this.#push({ kind: "ping" });
  }

  close(code: CloseCode, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#push({ kind: "close", code, reason });
    this.#tellServer(code);
  }

  closeByClient(): void {
    this.#down.cut();
    this.#end();
    this.#tellServer(1005);
  }

  /** The wire breaks: both ends are told, or one, or none. */
  cut(told: "both" | "client" | "server" | "none"): void {
    this.#up?.cut();
    this.#down.cut();
    const { scheduler, random } = this.#network.parts;
    if (told === "both" || told === "client")
      scheduler.at(undefined, random.below(50), "a client sees the wire break", () =>
        this.#closed(1006, ""),
      );
    if (told === "both" || told === "server") this.#tellServer(1006);
  }

  /** The client's process is gone; its machine says so, or is gone too. */
  #hangUp(): void {
    this.#down.cut();
    const { random } = this.#network.parts;
    if (random.chance(0.8)) this.#tellServer(1006);
    this.#end();
  }

  #push(item: Down): void {
    const { random, faults } = this.#network.parts;
    this.#down.send(item, random.latencyMs(faults.latencyMs) + this.#reading.slowMs);
  }

  #read(item: Down): void {
    if (item.kind === "open") this.#socket.onopen?.({} as never);
    else if (item.kind === "close") this.#closed(item.code, item.reason);
    else if (item.kind === "ping") this.#pong();
    else {
      this.#unreadBytes -= item.sizeBytes;
      this.#socket.onmessage?.({ data: item.text } as never);
    }
  }

  #pong(): void {
    const { scheduler, random, faults } = this.#network.parts;
    const connection = this.#connection;
    scheduler.at(this.#server?.owner, random.latencyMs(faults.latencyMs), "pong", () => {
      if (connection) connection.missedPings = 0;
    });
  }

  #closed(code: number, reason: string): void {
    if (this.#over) return;
    this.#end();
    this.#socket.onclose?.({ code, reason } as never);
  }

  #tellServer(code: number): void {
    const [server, connection] = [this.#server, this.#connection];
    if (server === undefined || connection === undefined) return;
    const { scheduler, random } = this.#network.parts;
    scheduler.at(server.owner, random.below(50), "a gateway sees a close", () =>
      server.closed(connection, code),
    );
  }

  #end(): void {
    this.#over = true;
    this.#network.forget(this);
  }
}

/** @see RFC 6455, section 5.2; a server does not mask */
function payloadOf(frame: Buffer): string {
  const length = frame[1] ?? 0;
  const headerBytes = length < 126 ? 2 : length === 126 ? 4 : 10;
  return frame.subarray(headerBytes).toString();
}
