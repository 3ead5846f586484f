import { createHash } from "node:crypto";
import { existsSync, realpathSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { DatabaseError } from "./database-error.ts";
import { socketDirectory } from "./socket-directory.ts";

export interface DirectoryHolder {
  release(): Promise<void>;
}

/**
 * Holds a data directory for this process alone, by listening on a socket in it: unlike a file with a process
 * id, that ends with the process however it ends, and cannot be mistaken for another's.
 *
 * @throws {DatabaseError} `DATABASE_LOCKED` when another process holds it
 */
export async function holdDirectory(dataDir: string): Promise<DirectoryHolder> {
  const path = holderPath(dataDir);
  if (await answers(path)) throw locked(dataDir);
  // What a killed process left; a pipe of Windows leaves nothing.
  if (process.platform !== "win32") rmSync(path, { force: true });
  const server = createServer((socket) => socket.destroy());
  server.unref();
  await listen(server, path, dataDir);
  return {
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Whether a process, this one or another, holds a data directory. */
export async function isHeld(dataDir: string): Promise<boolean> {
  return existsSync(dataDir) && answers(holderPath(dataDir));
}

function holderPath(dataDir: string): string {
  if (process.platform !== "win32") return join(socketDirectory(dataDir), "holder.sock");
  const digest = createHash("sha256").update(realpathSync(dataDir)).digest("hex");
  return `\\\\.\\pipe\\ghost-${digest}`;
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function listen(server: Server, path: string, dataDir: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject("code" in error && error.code === "EADDRINUSE" ? locked(dataDir) : error),
    );
    server.listen(path, resolve);
  });
}

function locked(dataDir: string): DatabaseError {
  return new DatabaseError(
    { code: "DATABASE_LOCKED", dataDir },
    `${dataDir} is in use by another process: stop it, or choose another data directory`,
  );
}
