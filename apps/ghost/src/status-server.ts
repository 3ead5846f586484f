import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Service } from "@ghostchain/service";
import { CommandError } from "./command-error.ts";
import type { Base } from "./ground.ts";
import { hostInUrl } from "./host.ts";
import type { Settings } from "./settings/parse-settings.ts";

/** `/health` and `/metrics` of a process that serves no HTTP otherwise, where `--status-port` asks for it. */
export function createStatusServer(
  base: Base,
  settings: Settings,
): { readonly services: readonly Service[]; describe(): string } {
  const port = settings["--status-port"];
  const host = settings["--host"];
  if (port === undefined) return { services: [], describe: () => "" };
  const server = createServer((request, response) => void answer(base, request, response));
  const service: Service = {
    name: "status",
    start: () =>
      new Promise((resolve, reject) => {
        server.once("error", (cause) => reject(cannotListen(host, port, cause)));
        server.listen(port, host, resolve);
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const used = () => (server.address() as AddressInfo | null)?.port ?? port;
  return {
    services: [service],
    describe: () => `  status     http://${hostInUrl(host)}:${used()}`,
  };
}

async function answer(
  { health, metrics }: Base,
  { method, url = "/" }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, type: string, body: string) => {
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
  };
  const [path] = url.split("?", 1);
  if (method === "GET" && path === "/health") {
    const report = health.report();
    const status = report.status === "ready" ? 200 : 503;
    return send(status, "application/json", JSON.stringify(report));
  }
  if (method === "GET" && path === "/metrics")
    return send(200, metrics.contentType, await metrics.metrics());
  send(404, "text/plain", "GET /health or /metrics\n");
}

function cannotListen(host: string, port: number, cause: Error): CommandError {
  const inUse = "code" in cause && cause.code === "EADDRINUSE";
  const reason = inUse ? "it is in use" : cause.message;
  return new CommandError(
    { code: "STATUS_CANNOT_LISTEN", host, port },
    `port ${port} of ${host} cannot serve the status: ${reason}; choose another --status-port`,
    { cause },
  );
}
