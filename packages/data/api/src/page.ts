import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { plainHostname } from "./network-route.ts";
import { SAFE_PAGE_HEADERS } from "./safe-headers.ts";

export interface PageOptions {
  /** Where the built page is; `index.html` in it answers every path that is no file, for its own router. */
  readonly directory: string | undefined;
  /** URLs beside our own that the page may connect to, as this client reaches them; undefined while unknown. */
  readonly connections: (hostname: string) => readonly string[] | undefined;
}

/** Serves the web page at `/`, or, where it is not built, says how to build it. */
export class Page {
  readonly #options: PageOptions;
  readonly #scripts: string;
  readonly directory: string | undefined;

  constructor(options: PageOptions) {
    this.#options = options;
    const directory = options.directory && resolve(options.directory);
    this.directory = directory && existsSync(join(directory, INDEX)) ? directory : undefined;
    this.#scripts = this.directory === undefined ? "" : hashScripts(join(this.directory, INDEX));
  }

  async register(app: FastifyInstance): Promise<void> {
    const { directory } = this;
    if (directory === undefined) {
      app.get("/", { schema: { hide: true } }, (_, reply) => answerUnbuilt(reply));
      return;
    }
    await app.register(fastifyStatic, {
      root: directory,
      schemaHide: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header("cache-control", cacheControlOf(path, directory));
        if (path.endsWith(".html")) {
          reply.headers(SAFE_PAGE_HEADERS);
          reply.header("content-security-policy", this.#policy(reply.request.hostname));
        }
      },
    });
  }

  /** Whether a path that is neither a route nor a file is one of the page's own. */
  handles(request: FastifyRequest): boolean {
    const wantsHtml = (request.headers.accept ?? "").includes("text/html");
    return wantsHtml && (request.method === "GET" || request.method === "HEAD");
  }

  answer(reply: FastifyReply): FastifyReply {
    return this.directory === undefined ? answerUnbuilt(reply) : reply.sendFile(INDEX);
  }

  #policy(hostname: string): string {
    const connections =
      this.#options.connections(hostname)?.map((url) => new URL(url).origin) ??
      anyPortOf(plainHostname(hostname), "127.0.0.1");
    return [
      "default-src 'none'",
      `script-src 'self'${this.#scripts}`,
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self'",
      "manifest-src 'self'",
      `connect-src ${["'self'", ...new Set(connections.map(asSource))].join(" ")}`,
      "base-uri 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join("; ");
  }
}

const INDEX = "index.html";
const YEAR_SECONDS = 31_536_000;

/** SvelteKit puts a hash into the names of files that never change, all below one directory. */
function cacheControlOf(path: string, directory: string): string {
  return path.startsWith(join(directory, "_app", "immutable") + sep)
    ? `public, max-age=${YEAR_SECONDS}, immutable`
    : "no-cache";
}

/** Content Security Policy has no IPv6 addresses: any host, then, but this scheme and port alone. */
function asSource(origin: string): string {
  return origin.replace(/\/\/\[[^\]]*\]/, "//*");
}

/** For a page that is opened while services still start: it asks for their addresses again and again. */
function anyPortOf(...hostnames: readonly string[]): string[] {
  return hostnames.flatMap((hostname) => [`http://${hostname}:*`, `ws://${hostname}:*`]);
}

/** Lets the page's own inline scripts run and no other. */
function hashScripts(path: string): string {
  const html = readFileSync(path, "utf8");
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, code = ""]) => ` 'sha256-${createHash("sha256").update(code).digest("base64")}'`)
    .join("");
}

function answerUnbuilt(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .header("cache-control", "no-store")
    .type("text/html; charset=utf-8")
    .send(UNBUILT);
}

const UNBUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>GhostChain: the page is not built</title>
<h1>The page is not built</h1>
<p>Everything else runs. To build the page: <code>npm run build</code>, then start again.</p>
<p>The API is documented at <a href="/docs">/docs</a>.</p>
`;
