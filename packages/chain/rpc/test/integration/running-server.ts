import { request } from "node:http";
import { connect } from "node:net";
import { createMetrics, createSilentLogger } from "@ghostchain/service";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { createRpcServer, type RpcServerOptions } from "../../src/server/rpc-server.ts";
import { setUp } from "../test-dispatcher.ts";

/** A server on a free port of loopback, stopped when the test is over. */
export async function startServer(options: Partial<RpcServerOptions> = {}) {
  const { backend, dispatcher } = setUp();
  const metrics = createMetrics({ processMetrics: false });
  const server = createRpcServer(
    { dispatcher, logger: createSilentLogger(), metrics },
    { host: "127.0.0.1", port: 0, ...options },
  );
  await server.start(new AbortController().signal);
  onTestFinished(() => server.stop());
  const url = `http://127.0.0.1:${server.port}`;
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: "POST",
      body,
      headers: { "content-type": "application/json", ...headers },
    });
  return { backend, dispatcher, metrics, server, url, post };
}

/** What `fetch` would not send: any method, any Host header. */
export function rawRequest(
  url: string,
  options: { method: string; headers: Record<string, string> },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** Bytes straight into the socket; resolves with all that came back when the server closed it. */
export function rawExchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk.toString();
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

/** An open WebSocket whose messages queue up until they are asked for. */
export async function openSocket(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url.replace("http", "ws"), { headers });
  const messages: unknown[] = [];
  let wake: (() => void) | undefined;
  socket.on("message", (data) => {
    messages.push(JSON.parse(data.toString()));
    wake?.();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  onTestFinished(() => socket.terminate());
  const next = async (): Promise<unknown> => {
    while (messages.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return messages.shift();
  };
  const send = (value: unknown) => socket.send(JSON.stringify(value));
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  return { socket, next, send, closed };
}
