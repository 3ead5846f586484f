import { busy, describeUrl, resultOf, unreachable } from "./json-rpc-answer.ts";
import type { RpcCall, RpcConnection, RpcLimits } from "./rpc-connection.ts";

/** Servers bound a batch, most at a hundred or above. */
const BATCH_CALLS_MAX = 100;
/** Where batches are refused. */
const SINGLES_AT_ONCE = 16;
const RETRY_AFTER_MAX_MS = 60_000;

/** JSON-RPC over HTTP: one request a call or a batch, over connections that are kept alive. It cannot push. */
export function connectHttp(url: URL, limits: RpcLimits): RpcConnection {
  return new HttpConnection(url, limits);
}

class HttpConnection implements RpcConnection {
  readonly where: string;
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #limits: RpcLimits;
  readonly #closing = new AbortController();
  #lastId = 0;
  #takesBatches = true;

  constructor(url: URL, limits: RpcLimits) {
    this.where = describeUrl(url);
    this.#url = plain(url);
    this.#headers = { "content-type": "application/json", ...authorization(url) };
    this.#limits = limits;
  }

  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    const answer = await this.#post(this.#message({ method, params }));
    return resultOf(this.where, method, answer);
  }

  async requestAll(calls: readonly RpcCall[]): Promise<unknown[]> {
    const results: unknown[] = [];
    for (let at = 0; at < calls.length; ) {
      const size = this.#takesBatches ? BATCH_CALLS_MAX : SINGLES_AT_ONCE;
      const chunk = calls.slice(at, at + size);
      const answered = this.#takesBatches ? await this.#batch(chunk) : await this.#singles(chunk);
      if (answered === "refused") continue;
      results.push(...answered);
      at += chunk.length;
    }
    return results;
  }

  close(): void {
    this.#closing.abort(new Error("closed"));
  }

  #singles(calls: readonly RpcCall[]): Promise<unknown[]> {
    return Promise.all(calls.map(({ method, params }) => this.request(method, params)));
  }

  async #batch(calls: readonly RpcCall[]): Promise<unknown[] | "refused"> {
    const [only] = calls;
    if (calls.length === 1 && only) return [await this.request(only.method, only.params)];
    const messages = calls.map((call) => this.#message(call));
    const answer = await this.#post(messages);
    if (!Array.isArray(answer) || answer.length !== calls.length) {
      // Asking for too much at once is not taking no batches.
      if (!Array.isArray(answer)) requireNotBusy(this.where, answer);
      this.#takesBatches = false;
      return "refused";
    }
    const byId = new Map(answer.map((one: { id?: unknown } | null) => [one?.id, one]));
    return messages.map(({ id, method }) => resultOf(this.where, method, byId.get(id)));
  }

  #message({ method, params }: RpcCall) {
    this.#lastId += 1;
    return { jsonrpc: "2.0", id: this.#lastId, method, params };
  }

  async #post(message: unknown): Promise<unknown> {
    const body = JSON.stringify(message);
    const timeout = AbortSignal.timeout(this.#limits.timeoutMs);
    const signal = AbortSignal.any([this.#closing.signal, timeout]);
    try {
      const init = { method: "POST", headers: this.#headers, body, signal };
      const response = await fetch(this.#url, init);
      const text = await readBounded(response, this.#limits.maxResponseBytes);
      if (response.status !== 429 && !response.headers.has("retry-after"))
        return parseBody(response.status, text);
      throw busy(this.where, `HTTP status ${response.status}`, retryAfterMs(response));
    } catch (error) {
      if (error instanceof Error && "fault" in error) throw error;
      throw unreachable(this.where, error);
    }
  }
}

function parseBody(status: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`HTTP status ${status} with a body that is not JSON`);
  }
}

/** @throws when more came than an answer may have; nothing more of it is read then */
async function readBounded(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`an answer of more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function requireNotBusy(where: string, answer: unknown): void {
  try {
    resultOf(where, "a batch", answer);
  } catch (error) {
    const { fault } = error as { fault?: { code?: string } };
    if (fault?.code === "INDEXER_SOURCE_BUSY") throw error;
  }
}

/** Seconds, or a date. */
function retryAfterMs(response: Response): number | undefined {
  const said = response.headers.get("retry-after");
  if (said === null) return undefined;
  const ms = /^\d+$/.test(said) ? Number(said) * 1_000 : Date.parse(said) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS);
}

/** `fetch` refuses a URL with a user in it. */
function plain(url: URL): URL {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return bare;
}

function authorization(url: URL): Record<string, string> {
  if (url.username === "") return {};
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}
