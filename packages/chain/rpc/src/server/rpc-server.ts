import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Logger, Metrics, Service } from "@ghostchain/service";
import { WebSocketServer } from "ws";
import type { RpcDispatcher } from "../dispatcher.ts";
import { createServerMetrics, type ServerMetrics } from "../metrics.ts";
import { RpcError } from "../rpc-error.ts";
import { RpcSession } from "../session.ts";
import { type AccessPolicy, createAccessPolicy, isLoopback } from "./access-policy.ts";
import { handleHttp } from "./http-handler.ts";
import { WebSocketConnection } from "./websocket-connection.ts";

export interface RpcServerOptions {
  readonly host: string;
  /** 0 takes any free port; `port` of the server then says which. */
  readonly port: number;
  /** Web pages that may read answers. Default: any, as wallets and pages under development need. */
  readonly allowedOrigins?: "*" | readonly string[];
  /** Names in the Host header. Default: IP addresses and localhost on loopback, any elsewhere. */
  readonly allowedHosts?: "*" | readonly string[];
  /** Whether clients may call dev methods. Default: on loopback only. */
  readonly exposeDevMethods?: boolean;
}

export interface RpcServer extends Service {
  /** The port listened on; 0 before the start. */
  readonly port: number;
}

const BODY_LIMIT_BYTES = 5 * 1024 * 1024;
const CONNECTIONS_LIMIT = 4_096;
const HEARTBEAT_MS = 30_000;
/** For answers on their way and close frames, before sockets are cut. */
const STOP_GRACE_MS = 200;

export interface RpcServerDeps {
  readonly dispatcher: RpcDispatcher;
  readonly logger: Logger;
  readonly metrics?: Metrics | undefined;
}

/** JSON-RPC over HTTP and WebSocket on one port. */
export function createRpcServer(deps: RpcServerDeps, options: RpcServerOptions): RpcServer {
  return new HttpRpcServer(deps, options);
}

class HttpRpcServer implements RpcServer {
  readonly name = "rpc";
  readonly #dispatcher: RpcDispatcher;
  readonly #logger: Logger;
  readonly #options: RpcServerOptions;
  readonly #mayControl: boolean;
  readonly #policy: AccessPolicy;
  readonly #connections = new Set<WebSocketConnection>();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: BODY_LIMIT_BYTES,
    perMessageDeflate: false,
  });
  readonly #metrics: ServerMetrics | undefined;
  #server: Server | undefined;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(deps: RpcServerDeps, options: RpcServerOptions) {
    const isLocal = isLoopback(options.host);
    this.#dispatcher = deps.dispatcher;
    this.#logger = deps.logger.child({ module: "rpc" });
    this.#metrics =
      deps.metrics &&
      createServerMetrics(deps.metrics, { webSockets: () => this.#connections.size });
    this.#options = options;
    this.#mayControl = options.exposeDevMethods ?? isLocal;
    this.#policy = createAccessPolicy({
      origins: options.allowedOrigins ?? "*",
      hosts: options.allowedHosts ?? (isLocal ? [] : "*"),
    });
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo | null)?.port ?? 0;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const server = this.#createServer();
    await listen(server, this.#options);
    server.on("error", (error) => this.#logger.error({ err: error }, "HTTP server failed"));
    this.#server = server;
    this.#heartbeat = setInterval(() => {
      for (const connection of this.#connections) connection.checkAlive();
    }, HEARTBEAT_MS);
    this.#logger.info({ host: this.#options.host, port: this.port }, "JSON-RPC listens");
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    clearInterval(this.#heartbeat);
    for (const connection of this.#connections) connection.goAway();
    const cut = setTimeout(() => {
      for (const connection of this.#connections) connection.terminate();
      server.closeAllConnections();
    }, STOP_GRACE_MS);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
    clearTimeout(cut);
  }

  #createServer(): Server {
    const handlerDeps = {
      dispatcher: this.#dispatcher,
      policy: this.#policy,
      session: new RpcSession({ mayControl: this.#mayControl }),
      bodyLimitBytes: BODY_LIMIT_BYTES,
    };
    // A client keeps its connection longer than any balancer between would, and slow ones are let go.
    const timeouts = { keepAliveTimeout: 75_000, headersTimeout: 10_000, requestTimeout: 30_000 };
    const server = createServer(timeouts, (request, response) => {
      handleHttp(handlerDeps, request, response).catch((error: unknown) => {
        this.#logger.error({ err: error }, "HTTP request failed");
        response.destroy();
      });
    });
    server.maxConnections = CONNECTIONS_LIMIT;
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    return server;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { host, origin } = request.headers;
    const isForeign =
      !this.#policy.allowsHost(host) ||
      (origin !== undefined && this.#policy.allowedOrigin(origin) === undefined);
    if (isForeign || this.#server === undefined) {
      socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new WebSocketConnection(
        { socket: webSocket, dispatcher: this.#dispatcher, logger: this.#logger },
        { mayControl: this.#mayControl, onDrop: () => this.#metrics?.droppedClients.inc() },
      );
      this.#connections.add(connection);
      connection.open(() => this.#connections.delete(connection));
    });
  }
}

function listen(server: Server, { host, port }: RpcServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(
        isTaken
          ? new RpcError({ code: "RPC_PORT_IN_USE", host, port }, { cause: error })
          : new RpcError(
              { code: "RPC_LISTEN_FAILED", host, port, reason: error.message },
              { cause: error },
            ),
      );
    });
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}
