import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import type { LoadChain } from "./load-chain.ts";

/** Rows of one SELECT, numbers as text or as they come. */
export type Ask = (text: string) => Promise<readonly Record<string, unknown>[]>;

/** An indexer with a database, which may be started again on what it left. */
export interface Contender {
  readonly name: string;
  /** Of the tables `accounts` and `transfers`. */
  readonly schema: string;
  /** Starts its process; it need not be ready when this resolves. */
  launch(chain: LoadChain): Promise<Running>;
  /** Removes what it stored. */
  clean(): Promise<void>;
}

export interface Running {
  readonly process: ChildProcess;
  /** Asks the database; fails while it cannot be asked. */
  readonly ask: Ask;
  stop(): Promise<void>;
}

export type Engine = "ours" | "ponder";
export type Storage = "embedded" | "pglite" | "server";

const HERE = import.meta.dirname;
const PONDER = resolve(HERE, "../node_modules/ponder/dist/esm/bin/ponder.js");

/** @param server the PostgreSQL that contenders get a database on; undefined for none */
export async function createContender(
  engine: Engine,
  storage: Storage,
  server: string | undefined,
): Promise<Contender> {
  const directory = mkdtempSync(join(tmpdir(), "ghost-bench-"));
  const made = storage === "server" ? await createDatabase(server) : undefined;
  const store = made?.url ?? directory;
  return {
    name: `${engine}, ${storage}`,
    schema: engine === "ours" ? "token" : "bench",
    launch: (chain) =>
      engine === "ours" ? launchOurs(storage, store, chain) : launchPonder(store, chain),
    async clean() {
      await made?.drop();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function launchOurs(storage: Storage, store: string, chain: LoadChain): Promise<Running> {
  const port = await freePort();
  const database = storage === "server" ? store : `${storage}=${store}`;
  const script = join(HERE, "our-indexer.ts");
  const child = spawn(
    process.execPath,
    [script, database, chain.rpcUrl.replace("http:", "ws:"), chain.address, `${port}`],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  if (storage === "pglite") return running(child, askHttp(port), async () => {});
  const ask =
    storage === "server"
      ? askDatabase(() => ({ connectionString: store }))
      : // Its socket is in its data directory, whose path is short here.
        askDatabase(() => ({ host: store, user: "ghost", database: "postgres" }));
  return running(child, ask.ask, ask.close);
}

async function launchPonder(store: string, chain: LoadChain): Promise<Running> {
  const port = await freePort();
  const flags = ["--root", join(HERE, "ponder"), "--schema", "bench", "--log-level", "warn"];
  const child = spawn(process.execPath, [PONDER, "start", ...flags, "--port", `${port}`], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      PONDER_TELEMETRY_DISABLED: "true",
      BENCH_RPC_URL: chain.rpcUrl,
      BENCH_TOKEN: chain.address,
      BENCH_DATABASE: store,
    },
  });
  if (!store.startsWith("postgres")) return running(child, askHttp(port), async () => {});
  const { ask, close } = askDatabase(() => ({ connectionString: store }));
  return running(child, ask, close);
}

function running(child: ChildProcess, ask: Ask, close: () => Promise<void>): Running {
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  return {
    process: child,
    ask,
    async stop() {
      await close();
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
      await exited;
      clearTimeout(late);
    },
  };
}

/** Over a connection of its own, made anew when it breaks. */
function askDatabase(config: () => pg.ClientConfig): { ask: Ask; close: () => Promise<void> } {
  let client: pg.Client | undefined;
  const close = async () => {
    const open = client;
    client = undefined;
    await open?.end().catch(() => {});
  };
  const ask: Ask = async (text) => {
    try {
      if (client === undefined) {
        const fresh = new pg.Client(config());
        fresh.on("error", () => {});
        await fresh.connect();
        client = fresh;
      }
      return (await client.query(text)).rows;
    } catch (error) {
      const missing = error instanceof pg.DatabaseError && error.code?.startsWith("42");
      if (!missing) await close();
      throw error;
    }
  };
  return { ask, close };
}

function askHttp(port: number): Ask {
  return async (text) => {
    const answer = await fetch(`http://127.0.0.1:${port}/ask`, { method: "POST", body: text });
    if (!answer.ok) throw new Error(`asking failed with ${answer.status}`);
    return (await answer.json()) as Record<string, unknown>[];
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address ? address.port : 0;
}

let databases = 0;

async function createDatabase(server = "") {
  databases += 1;
  const name = `ghost_bench_${process.pid}_${databases}`;
  const run = async (text: string) => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
}
