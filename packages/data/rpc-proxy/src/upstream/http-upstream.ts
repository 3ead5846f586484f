import * as http from "node:http";
import * as https from "node:https";
import { RpcProxyError } from "../rpc-proxy-error.ts";
import { broken, readAnswer } from "./read-answer.ts";
import { createRedaction } from "./redact.ts";
import type { Upstream, UpstreamAnswer } from "./upstream.ts";

export interface UpstreamSettings {
  readonly responseBytes: number;
  readonly connections: number;
}

/** JSON-RPC over HTTP, one request a call, over connections that are kept alive. It cannot push. */
export function connectHttp(url: URL, settings: UpstreamSettings): Upstream {
  const where = describeUrl(url);
  const library = url.protocol === "https:" ? https : http;
  const agent = new library.Agent({ keepAlive: true, maxSockets: settings.connections });
  const redact = createRedaction(url);
  const target = { ...urlOptions(url), agent, method: "POST" };
  let lastId = 0;
  return {
    where,
    async request(method, params, signal) {
      lastId += 1;
      const body = JSON.stringify({ jsonrpc: "2.0", id: lastId, method, params });
      const request = library.request({ ...target, headers: headersOf(url, body), signal });
      const { status, pauseMs, text } = await exchange(request, body, where, settings);
      const answer = readUnlessFailed(status, text, where, pauseMs);
      return answer.kind === "error" ? { kind: "error", error: redact(answer.error) } : answer;
    },
    close: () => agent.destroy(),
  };
}

/** Scheme, host and port: a path or a query may hold a key. */
export function describeUrl(url: URL): string {
  return `${url.protocol}//${url.host}`;
}

interface Exchange {
  readonly status: number;
  readonly pauseMs: number | undefined;
  readonly text: string;
}

function exchange(
  request: http.ClientRequest,
  body: string,
  where: string,
  { responseBytes }: UpstreamSettings,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    request.on("error", (error) => reject(failed(error, where)));
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      response.on("data", (chunk: Buffer) => {
        sizeBytes += chunk.length;
        chunks.push(chunk);
        if (sizeBytes > responseBytes) {
          reject(tooLarge(responseBytes));
          request.destroy();
        }
      });
      response.on("error", (error) => reject(failed(error, where)));
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        const pauseMs = readRetryAfter(response.headers["retry-after"]);
        resolve({ status, pauseMs, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    request.end(body);
  });
}

/** An overloaded or broken server is left for another; an error of JSON-RPC with a status of 4xx is an answer. */
function readUnlessFailed(
  status: number,
  text: string,
  where: string,
  pauseMs: number | undefined,
): UpstreamAnswer {
  const isOverloaded = status === 429 || status >= 500;
  if (isOverloaded || (status >= 400 && !text.trimStart().startsWith("{"))) {
    throw new RpcProxyError({
      ...{ code: "RPC_PROXY_UPSTREAM_FAILED", where, reason: `HTTP status ${status}` },
      wasSent: true,
      ...(pauseMs === undefined ? {} : { pauseMs }),
    });
  }
  if (status >= 300 && status < 400) throw broken(where, `HTTP status ${status}`);
  return readAnswer(text, where);
}

function failed(error: Error & { code?: string }, where: string): RpcProxyError {
  const wasSent = !NOT_SENT.has(error.code ?? "");
  const reason = error.code ?? error.name;
  return new RpcProxyError(
    { code: "RPC_PROXY_UPSTREAM_FAILED", where, reason, wasSent },
    { cause: error },
  );
}

/** Failures before a single byte of the request could leave. */
const NOT_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

export function tooLarge(limitBytes: number): RpcProxyError {
  const problem = `the answer exceeds ${limitBytes} bytes: ask for less at once`;
  return new RpcProxyError({ code: "RPC_PROXY_LIMIT_EXCEEDED", problem });
}

const PAUSE_MAX_MS = 60_000;

/** Seconds, as rate limits are told; a date is not read. */
function readRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d{1,6}$/.test(value)) return undefined;
  return Math.min(Number(value) * 1_000, PAUSE_MAX_MS);
}

function urlOptions(url: URL): http.RequestOptions {
  return {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port,
    path: `${url.pathname}${url.search}`,
  };
}

function headersOf(url: URL, body: string): http.OutgoingHttpHeaders {
  return {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    accept: "application/json",
    ...authorization(url),
  };
}

function authorization(url: URL): { authorization?: string } {
  if (url.username === "") return {};
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}
