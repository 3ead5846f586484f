import { readFile, stat } from "node:fs/promises";
import type { Clock, Logger } from "@ghostchain/service";
import { HttpSignatureError } from "./http-signature-error.ts";
import { type RegisteredClient, readClients } from "./read-clients.ts";

/** How often the file is looked at, at most. */
const LOOK_EVERY_MS = 1_000;

/** The clients of a file, read again when it changes. One that turns out broken leaves those that were. */
export class ClientRegister {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #clients: ReadonlyMap<string, RegisteredClient> = new Map();
  #version = "";
  #lookAtMs = 0;
  #looking: Promise<void> | undefined;

  constructor(deps: { clock: Clock; logger: Logger }, path: string) {
    this.#clock = deps.clock;
    this.#logger = deps.logger;
    this.#path = path;
  }

  /** @throws {HttpSignatureError} `SIGNATURE_CLIENTS_INVALID` */
  async open(): Promise<void> {
    this.#clients = await this.#read();
    this.#version = await this.#versionNow();
    this.#lookAtMs = this.#clock.now() + LOOK_EVERY_MS;
  }

  async find(keyid: string): Promise<RegisteredClient | undefined> {
    if (this.#clock.now() >= this.#lookAtMs) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
    }
    await this.#looking;
    return this.#clients.get(keyid);
  }

  async #look(): Promise<void> {
    this.#lookAtMs = this.#clock.now() + LOOK_EVERY_MS;
    const version = await this.#versionNow();
    if (version === this.#version) return;
    // said once for each state of the file, right or wrong
    this.#version = version;
    try {
      this.#clients = await this.#read();
      this.#logger.info({ clients: this.#clients.size }, "the clients' file was read again");
    } catch (error) {
      this.#logger.error({ err: error }, "the clients' file is broken: those before stay");
    }
  }

  async #read(): Promise<ReadonlyMap<string, RegisteredClient>> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      const fault = { code: "SIGNATURE_CLIENTS_INVALID", path: this.#path } as const;
      throw new HttpSignatureError({ ...fault, entry: "the file itself", reason });
    }
    return readClients(this.#path, text);
  }

  /** Changes whenever the file does, and when it goes. */
  async #versionNow(): Promise<string> {
    try {
      const { ino, size, mtimeMs } = await stat(this.#path);
      return `${ino} ${size} ${mtimeMs}`;
    } catch {
      return "gone";
    }
  }
}
