import { isUtf8 } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock, Logger } from "@ghostchain/service";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { checkDeadlines, type Parting } from "./check-deadlines.ts";
import type { ClientDesk } from "./client-desk.ts";
import { type Connection, createConnection } from "./connection.ts";
import type { FeedStream } from "./feed-stream.ts";
import { GatewayError } from "./gateway-error.ts";
import { checkHandshake, REFUSAL_STOPPING, refuseHandshake } from "./handshake.ts";
import type { GatewayLimits } from "./limits.ts";
import { type OutletTally, SocketOutlet } from "./socket-outlet.ts";
import { TickWriter } from "./tick-writer.ts";

export interface SocketServerOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly origins: readonly string[] | "any";
  readonly limits: GatewayLimits;
  readonly sharePort?: boolean;
}

/** How long a client may take to answer a close before it is cut off. */
const CLOSE_GRACE_MS = 5_000;
/** The same when this process is stopping and has little time. */
const STOP_GRACE_MS = 300;
/** Connections of such a span are closed together when it drains. */
const DRAIN_STEP_MS = 20;
const STOPPING: Parting = { code: 1001, reason: "the gateway is stopping: reconnect" };
const HEADERS_BYTES = 8 * 1024;

/** The sockets: everything about them that is not a rule of the protocol. */
export class SocketServer {
  readonly #desk: () => ClientDesk;
  readonly #stream: () => FeedStream;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #options: SocketServerOptions;
  readonly #onClosed: (code: number) => void;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #writer: TickWriter;
  readonly #open = new Map<Connection, WebSocket>();
  readonly tally: OutletTally = { frames: 0, bytes: 0 };
  #opened = 0;
  #isStopping = false;

  constructor(
    core: { desk: () => ClientDesk; stream: () => FeedStream },
    parts: { clock: Clock; logger: Logger; onClosed: (code: number) => void },
    options: SocketServerOptions,
  ) {
    this.#desk = core.desk;
    this.#stream = core.stream;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#onClosed = parts.onClosed;
    this.#options = options;
    this.#writer = new TickWriter(options.limits.tickMs);
    this.#sockets = createSockets(options.limits);
    this.#http = createHttp(options.limits);
    this.#http.on("request", answerPlainRequest);
    this.#http.on("upgrade", (request, stream, head) => this.#upgrade(request, stream, head));
  }

  get connectionCount(): number {
    return this.#open.size;
  }

  /** The port that was given, where 0 was asked for. */
  get port(): number {
    return (this.#http.address() as AddressInfo | null)?.port ?? this.#options.port;
  }

  async listen(): Promise<void> {
    const { host, port, sharePort = false } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#http.once("error", (error) => reject(describeListenError(error, host, port)));
      this.#http.listen({ host, port, backlog: 4096, reusePort: sharePort }, resolve);
    });
  }

  /** Calls `done` once all that waits for a socket now was written. */
  afterWrites(done: () => void): void {
    // sockets are written to in the order in which they came to wait
    const take = () => {
      done();
      return [];
    };
    this.#writer.add({ take, write: () => {} });
  }

  /** What time alone does to connections; to be called every little while. */
  sweep(): void {
    const nowMs = this.#clock.now();
    for (const connection of this.#open.keys()) {
      if (connection.phase === "closed") continue;
      const over = checkDeadlines(connection, this.#options.limits, nowMs);
      if (over) this.#part(connection, over);
    }
  }

  /** Parts with everyone, after a last frame where there is one. */
  closeAll({ code, reason }: Parting, lastFrame?: Buffer): void {
    for (const connection of this.#open.keys()) {
      if (lastFrame && connection.phase !== "greeting") connection.outlet.send(lastFrame);
      this.#part(connection, { code, reason });
    }
  }

  /**
   * Takes no more connections, and parts with those there are, spread over `drainMs`; who is left is served meanwhile.
   * Ask once.
   */
  async stop(drainMs = 0): Promise<void> {
    this.#isStopping = true;
    const closed = new Promise((resolve) => this.#http.close(resolve));
    await this.#drain(drainMs);
    this.closeAll(STOPPING);
    const cut = setTimeout(() => {
      for (const socket of this.#open.values()) socket.terminate();
      this.#http.closeAllConnections();
    }, STOP_GRACE_MS);
    this.#http.closeIdleConnections();
    await closed;
    clearTimeout(cut);
    this.#writer.flush();
  }

  async #drain(durationMs: number): Promise<void> {
    const startedMs = this.#clock.now();
    const open = [...this.#open.keys()];
    for (const [index, connection] of open.entries()) {
      const waitMs = startedMs + (durationMs * index) / open.length - this.#clock.now();
      if (waitMs > 0) await this.#clock.sleep(Math.max(waitMs, DRAIN_STEP_MS));
      if (connection.phase !== "closed") this.#part(connection, STOPPING);
    }
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { path, origins, limits } = this.#options;
    const refusal = this.#isStopping
      ? REFUSAL_STOPPING
      : checkHandshake(request, this.#open.size, {
          path,
          origins,
          connections: limits.connections,
        });
    stream.on("error", (error) => this.#logger.debug({ err: error }, "socket failed"));
    if (refusal) {
      refuseHandshake(stream, refusal);
      return;
    }
    this.#sockets.handleUpgrade(request, stream as Socket, head, (socket) =>
      this.#accept(socket, stream),
    );
  }

  #accept(socket: WebSocket, stream: Duplex): void {
    const { limits } = this.#options;
    const outlet = new SocketOutlet(
      { socket, stream },
      { writer: this.#writer, tally: this.tally },
      limits.outboundBytes,
    );
    const nowMs = this.#clock.now();
    // Spread over the heartbeat, so that those who came together are not all pinged together.
    const firstPingAtMs = nowMs + limits.heartbeatMs * (1 - (this.#opened++ % 64) / 128);
    const connection = createConnection(outlet, nowMs, firstPingAtMs);
    this.#open.set(connection, socket);
    socket.on("message", (data, isBinary) => this.#receive(connection, data, isBinary));
    socket.on("ping", () => this.#desk().count(connection, this.#clock.now()));
    socket.on("pong", () => {
      connection.missedPings = 0;
    });
    socket.on("error", (error) => this.#logger.debug({ err: error }, "client broke the protocol"));
    socket.on("close", (code) => {
      this.#open.delete(connection);
      this.#stream().leave(connection);
      this.#onClosed(code);
    });
    this.#desk().open(connection);
  }

  #receive(connection: Connection, data: RawData, isBinary: boolean): void {
    const bytes = data as Buffer; // ws gives one Buffer a message unless told otherwise
    if (isBinary) {
      const text = "messages are JSON text, not binary";
      this.#desk().refuse(connection, { code: "BINARY_FRAME", text, close: 1003 });
    } else if (isUtf8(bytes)) {
      this.#desk().receive(connection, bytes.toString(), this.#clock.now());
    } else {
      const text = "the text is not UTF-8";
      this.#desk().refuse(connection, { code: "INVALID_UTF8", text, close: 1007 });
    }
  }

  #part(connection: Connection, { code, reason }: Parting): void {
    this.#stream().leave(connection);
    connection.outlet.close(code, reason);
  }
}

function createSockets(limits: GatewayLimits): WebSocketServer {
  const options = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    maxFragments: 64,
    maxBufferedChunks: 1024,
    // Checked here, so that the client gets an ERROR before the close.
    skipUTF8Validation: true,
    closeTimeout: CLOSE_GRACE_MS,
  };
  return new WebSocketServer(options);
}

function createHttp({ handshakeTimeoutMs, connections }: GatewayLimits): Server {
  const http = createServer({
    headersTimeout: handshakeTimeoutMs,
    requestTimeout: handshakeTimeoutMs,
    connectionsCheckingInterval: Math.max(10, Math.min(1_000, handshakeTimeoutMs / 4)),
    maxHeaderSize: HEADERS_BYTES,
  });
  http.maxConnections = connections + 1_000;
  return http;
}

/** For balancers, and for people who open the address in a browser. */
function answerPlainRequest(request: IncomingMessage, response: ServerResponse): void {
  const healthy = request.url === "/health";
  const body = healthy
    ? { status: "ready" }
    : { error: { code: "UPGRADE_REQUIRED", message: "this port speaks WebSocket" } };
  response.writeHead(healthy ? 200 : 426, {
    "Content-Type": "application/json",
    ...(healthy ? {} : { Upgrade: "websocket" }),
  });
  response.end(JSON.stringify(body));
}

function describeListenError(error: Error, host: string, port: number): GatewayError {
  if ("code" in error && error.code === "EADDRINUSE") {
    return new GatewayError(
      { code: "GATEWAY_PORT_IN_USE", host, port },
      `port ${port} of ${host} is in use: stop what uses it, or give the gateway another port`,
    );
  }
  return new GatewayError(
    { code: "GATEWAY_CANNOT_LISTEN", host, port, reason: error.message },
    `the gateway cannot listen on ${host}:${port}: ${error.message}`,
  );
}
