import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

export interface HandshakeRules {
  readonly path: string;
  /** Pages that may connect, as `https://ghost.example`; `any` for development. Programs send no Origin. */
  readonly origins: readonly string[] | "any";
  readonly connections: number;
}

export interface Refusal {
  readonly status: 400 | 403 | 404 | 503;
  readonly code: string;
  readonly message: string;
}

/** @returns why this client may not open a WebSocket here; undefined when it may */
export function checkHandshake(
  request: Pick<IncomingMessage, "url" | "headers">,
  open: number,
  rules: HandshakeRules,
): Refusal | undefined {
  const url = URL.parse(request.url ?? "", "ws://gateway");
  if (url?.pathname !== rules.path) {
    return { status: 404, code: "NOT_FOUND", message: `the WebSocket is at ${rules.path}` };
  }
  if (SECRETS.some((name) => url.searchParams.has(name))) {
    const message = "an address is written down in logs: send the token in the AUTH message";
    return { status: 400, code: "TOKEN_IN_URL", message };
  }
  const { origin } = request.headers;
  if (origin !== undefined && rules.origins !== "any" && !rules.origins.includes(origin)) {
    return { status: 403, code: "ORIGIN_NOT_ALLOWED", message: "this page may not connect" };
  }
  if (open >= rules.connections) {
    return { status: 503, code: "GATEWAY_FULL", message: "too many connections: try another time" };
  }
  return undefined;
}

/** For a connection that was accepted just before the gateway stopped listening. */
export const REFUSAL_STOPPING: Refusal = {
  status: 503,
  code: "GATEWAY_STOPPING",
  message: "this gateway is stopping: connect again",
};

const SECRETS = ["token", "access_token", "jwt", "ticket", "authorization"];

/** Answers instead of upgrading. */
export function refuseHandshake(stream: Duplex, { status, code, message }: Refusal): void {
  const body = JSON.stringify({ error: { code, message } });
  stream.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Connection: close",
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}
