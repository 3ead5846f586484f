/**
 * Bare fastify, which answers each URL with the very bytes that ours answered, as a text that is ready: `serve-bare.ts
 * fastify|socket FILE`, where the file maps URLs to bodies. `socket` is no server at all: it writes one answer for
 * whatever it receives, and so shows what the load itself can do. Prints `{ port }` and serves until its input ends.
 */
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import fastify from "fastify";

const TYPE = "application/json; charset=utf-8";
const [kind = "", file = ""] = process.argv.slice(2);
const answers: Record<string, string> = JSON.parse(readFileSync(file, "utf8"));
const close = kind === "socket" ? await serveSocket() : await serveFastify();
for await (const _ of process.stdin) {
  // until the parent has what it wants
}
await close();

async function serveFastify(): Promise<() => Promise<void>> {
  const app = fastify();
  const paths = Map.groupBy(Object.keys(answers), (url) => url.split("?", 1)[0] ?? url);
  for (const path of paths.keys())
    app.get(path, async (request, reply) =>
      reply.header("content-type", TYPE).send(answers[request.url]),
    );
  await app.listen({ host: "127.0.0.1", port: 0 });
  console.log(JSON.stringify({ port: (app.server.address() as AddressInfo).port }));
  return () => app.close();
}

async function serveSocket(): Promise<() => Promise<void>> {
  const body = Object.values(answers)[0] ?? "";
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}`;
  const answer = Buffer.from(`${head}\r\n\r\n${body}`);
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("data", () => socket.write(answer));
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
  return async () => {
    server.close();
  };
}
