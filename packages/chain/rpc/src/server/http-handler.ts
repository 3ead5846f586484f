import type { IncomingMessage, ServerResponse } from "node:http";
import type { RpcDispatcher } from "../dispatcher.ts";
import { failure } from "../json-rpc.ts";
import { RpcError } from "../rpc-error.ts";
import type { RpcSession } from "../session.ts";
import type { AccessPolicy } from "./access-policy.ts";

export interface HttpHandlerDeps {
  readonly dispatcher: RpcDispatcher;
  readonly policy: AccessPolicy;
  /** Shared by all requests: over HTTP there is nothing to remember between two of them. */
  readonly session: RpcSession;
  readonly bodyLimitBytes: number;
}

const GREETING =
  "This is a JSON-RPC endpoint: POST requests as application/json, or open a WebSocket.\n";

/** Answers one HTTP request. */
export async function handleHttp(
  deps: HttpHandlerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!deps.policy.allowsHost(request.headers.host)) {
    return refuse(response, 403, "the Host header names another server: see allowed hosts");
  }
  const { origin } = request.headers;
  if (origin !== undefined) allowOrigin(response, deps.policy.allowedOrigin(origin));
  if (request.method === "POST") return await handlePost(deps, request, response);
  if (request.method === "OPTIONS") return sendText(response, 204, "");
  if (request.method === "GET" || request.method === "HEAD") {
    return sendText(response, 200, GREETING);
  }
  response.setHeader("allow", "POST, GET, OPTIONS");
  refuse(response, 405, `${request.method} is not allowed: use POST`);
}

async function handlePost(
  deps: HttpHandlerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isJson(request.headers["content-type"])) {
    return refuse(response, 415, "content-type must be application/json");
  }
  if (request.headers["content-encoding"] !== undefined) {
    return refuse(response, 415, "content-encoding is not supported: send the body as it is");
  }
  const body = await readBody(request, deps.bodyLimitBytes);
  if (body === "aborted") return;
  if (body === "too large") {
    response.setHeader("connection", "close");
    return refuse(response, 413, `request body exceeds ${deps.bodyLimitBytes} bytes`);
  }
  const answer = await deps.dispatcher.handleText(body.toString("utf8"), deps.session);
  if (answer === undefined) return sendText(response, 204, "");
  sendJson(response, 200, answer);
}

/** The whole body, unless it grows past the limit or the client goes away. */
function readBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Buffer | "too large" | "aborted"> {
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) {
    return Promise.resolve("too large");
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) {
        request.pause();
        resolve("too large");
        return;
      }
      chunks.push(chunk);
    });
    request.on("end", () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks));
    });
    request.on("close", () => resolve("aborted"));
    request.on("error", () => resolve("aborted"));
  });
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === "application/json") return true;
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() === "application/json";
}

function allowOrigin(response: ServerResponse, allowed: string | undefined): void {
  if (allowed === undefined) return;
  response.setHeader("access-control-allow-origin", allowed);
  if (allowed !== "*") response.setHeader("vary", "origin");
  response.setHeader("access-control-allow-methods", "POST, GET, OPTIONS");
  response.setHeader("access-control-allow-headers", "content-type");
  response.setHeader("access-control-allow-private-network", "true");
  response.setHeader("access-control-max-age", "86400");
}

/** A refusal of the transport, told in the shape JSON-RPC clients read. */
function refuse(response: ServerResponse, status: number, problem: string): void {
  const error = new RpcError({ code: "RPC_REQUEST_INVALID", problem });
  sendJson(response, status, JSON.stringify(failure(null, error)));
}

/** The body goes as text: node then writes it in one piece with the headers. */
function sendJson(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text, "utf8");
}

function sendText(response: ServerResponse, status: number, text: string): void {
  if (status === 204) {
    response.writeHead(status).end();
    return;
  }
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
