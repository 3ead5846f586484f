/** Many connections in a process of their own, told over IPC what to do. */
import { preciseNow } from "./peer.ts";
import { RawClient, type Reading } from "./raw-client.ts";

export type ClientCommand =
  | { readonly do: "open"; readonly port: number; readonly path: string; readonly count: number }
  /** Forget what was counted. */
  | { readonly do: "reset" }
  /** All of them at once. */
  | { readonly do: "say"; readonly text: string }
  | { readonly do: "report" };
export type ClientReport =
  | { readonly is: "opened" }
  | { readonly is: "reset" }
  | {
      readonly is: "report";
      /** Text frames since the reset. */
      readonly texts: number;
      readonly closed: number;
      /** Of events, in ms; empty for clients that read lazily. */
      readonly latencies: readonly number[];
    };

/** How often lazy clients read: seldom enough to cost little, often enough that no kernel buffer fills up. */
const READ_EVERY_MS = 250;
/** Connections that are being opened at one time. */
const OPENING_AT_ONCE = 64;

const mode = process.argv[2] === "prompt" ? "prompt" : "lazy";
const clients: RawClient[] = [];
let textsBefore = 0;
let latencies: number[] = [];

process.on("message", (command: ClientCommand) => void obey(command));
process.once("disconnect", () => process.exit(0));
if (mode === "lazy") {
  setInterval(() => {
    for (const client of clients) client.read();
  }, READ_EVERY_MS);
}

async function obey(command: ClientCommand): Promise<void> {
  if (command.do === "open") {
    let left = command.count;
    const opening = async () => {
      while (left-- > 0) await open(command);
    };
    await Promise.all(Array.from({ length: OPENING_AT_ONCE }, opening));
    report({ is: "opened" });
  } else if (command.do === "reset") {
    textsBefore = countTexts();
    latencies = [];
    report({ is: "reset" });
  } else if (command.do === "say") {
    for (const client of clients) client.say(command.text);
  } else {
    const closed = clients.filter(({ isClosed }) => isClosed).length;
    report({ is: "report", texts: countTexts() - textsBefore, closed, latencies });
  }
}

function open(to: { port: number; path: string }): Promise<void> {
  const reading: Reading =
    mode === "lazy" ? { mode } : { mode, onBytes: (bytes) => sample(bytes, preciseNow()) };
  return new Promise((resolve) => {
    clients.push(new RawClient(to, reading, resolve));
  });
}

const MARK = Buffer.from('"sentAtMs":');

/** Takes the time out of every event in `bytes`; one that is cut in two is left out. */
function sample(bytes: Buffer, nowMs: number): void {
  let at = bytes.indexOf(MARK);
  while (at >= 0) {
    const text = bytes.toString("latin1", at + MARK.length, at + MARK.length + 24);
    const sentAtMs = /^(\d+(?:\.\d+)?)[,}]/.exec(text)?.[1];
    if (sentAtMs !== undefined) latencies.push(nowMs - Number(sentAtMs));
    at = bytes.indexOf(MARK, at + MARK.length);
  }
}

function countTexts(): number {
  return clients.reduce((sum, client) => sum + client.texts, 0);
}

function report(what: ClientReport): void {
  process.send?.(what);
}
