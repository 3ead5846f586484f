import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import { createGunzip, createGzip } from "node:zlib";
import { backupDatabase, restoreDatabase } from "@ghostchain/database";
import { CommandError } from "../command-error.ts";
import { withDatabase } from "../reach-database.ts";
import type { Settings } from "../settings/parse-settings.ts";

/** Budgets of the last minutes: a restored database begins with whole ones. */
const WITHOUT = ["rate_limit"];

/** `ghost db backup FILE` */
export async function backup(settings: Settings, signal: AbortSignal): Promise<void> {
  const [named = ""] = settings.operands;
  const file = resolve(named);
  const draft = `${file}.partial`;
  await withDatabase(settings, { signal, content: "stored" }, async (database) => {
    const gzip = createGzip();
    const written = pipeline(gzip, createWriteStream(draft, { flush: true, mode: 0o600 }));
    written.catch(() => {});
    try {
      const write = async (lines: string) => {
        signal.throwIfAborted();
        if (!gzip.write(lines)) await Promise.race([once(gzip, "drain"), written]);
      };
      const size = await backupDatabase(database, write, { without: WITHOUT, nowMs: Date.now() });
      gzip.end();
      await written;
      renameSync(draft, file);
      console.log(`${size.rows} rows of ${size.tables} tables are in ${file}`);
    } catch (error) {
      gzip.destroy();
      rmSync(draft, { force: true });
      throw isFileError(error) ? unusable(file, error) : error;
    }
  });
}

/** `ghost db restore FILE` */
export async function restore(settings: Settings, signal: AbortSignal): Promise<void> {
  const [named = ""] = settings.operands;
  const file = resolve(named);
  if (!existsSync(file)) throw unusable(file, new Error("there is no such file"));
  await withDatabase(settings, { signal, content: "new" }, async (database) => {
    const source = createReadStream(file);
    const text = createGunzip();
    const failed = pipeline(source, text).catch((error: unknown) => error);
    try {
      const size = await restoreDatabase(database, linesOf(text));
      console.log(`${size.rows} rows of ${size.tables} tables are back`);
    } catch (error) {
      const reading = source.errored ?? text.errored;
      throw reading ? unusable(file, reading) : error;
    } finally {
      source.destroy();
      // all of a small file has left the source by now: only this ends the pipeline
      text.destroy();
      await failed;
    }
  });
}

/** Not Node's readline: it loses what comes before somebody asks. */
async function* linesOf(text: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of text) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && "path" in error;
}

function unusable(file: string, cause: Error): CommandError {
  // zlib's word for any file that is not gzip
  const isForeign = "code" in cause && cause.code === "Z_DATA_ERROR";
  const reason = isForeign ? "it is not what ghost db backup writes" : cause.message;
  return new CommandError(
    { code: "FILE_UNUSABLE", file, reason },
    `${file} cannot be used: ${reason}`,
    { cause },
  );
}
