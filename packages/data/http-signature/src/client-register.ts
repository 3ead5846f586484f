import { readFile } from "node:fs/promises";
import { type Clock, type Logger, WatchedFile } from "@ghostchain/service";
import { HttpSignatureError } from "./http-signature-error.ts";
import { type RegisteredClient, readClients } from "./read-clients.ts";

/** How often the file is looked at, at most. */
const LOOK_EVERY_MS = 1_000;

/** The clients of a file, read again when it changes. One that turns out broken leaves those that were. */
export class ClientRegister {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #file: WatchedFile<ReadonlyMap<string, RegisteredClient>> | undefined;

  constructor(deps: { clock: Clock; logger: Logger }, path: string) {
    this.#clock = deps.clock;
    this.#logger = deps.logger;
    this.#path = path;
  }

  /** @throws {HttpSignatureError} `SIGNATURE_CLIENTS_INVALID` */
  async open(): Promise<void> {
    this.#file = await WatchedFile.open(this.#path, {
      clock: this.#clock,
      read: readClientsFile,
      onRead: ({ size }) =>
        this.#logger.info({ clients: size }, "the clients' file was read again"),
      onBroken: (error) =>
        this.#logger.error({ err: error }, "the clients' file is broken: those before stay"),
    });
  }

  async find(keyid: string): Promise<RegisteredClient | undefined> {
    await this.#file?.lookEvery(LOOK_EVERY_MS);
    return this.#file?.value.get(keyid);
  }
}

async function readClientsFile(path: string): Promise<ReadonlyMap<string, RegisteredClient>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    const fault = { code: "SIGNATURE_CLIENTS_INVALID", path } as const;
    throw new HttpSignatureError({ ...fault, entry: "the file itself", reason });
  }
  return readClients(path, text);
}
