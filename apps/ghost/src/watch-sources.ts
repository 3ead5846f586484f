import { type FSWatcher, watch } from "node:fs";
import type { Service } from "@ghostchain/service";
import type { Base } from "./ground.ts";
import { isSource, sourceDirectories } from "./product-sources.ts";

/** An editor writes a file in several steps, and several files at once. */
const SETTLE_MS = 100;

/**
 * Calls `onChange` after a source file below `directory` has changed, never twice at once. What it throws is told, and
 * what ran before goes on.
 */
export function createSourceWatch(
  { logger, clock }: Base,
  directory: string | undefined,
  onChange: (signal: AbortSignal) => Promise<void>,
): Service {
  const stopping = new AbortController();
  const { signal } = stopping;
  const watchers = new Map<string, FSWatcher>();
  let turn = Promise.resolve();
  let queued = false;

  const takeUp = async () => {
    await clock.sleep(SETTLE_MS, signal);
    queued = false;
    const startMs = performance.now();
    await onChange(signal);
    console.log(`products taken up again in ${Math.round(performance.now() - startMs)} ms`);
  };
  const notice = (name: string | null) => {
    if (signal.aborted || directory === undefined) return;
    watchAll(directory);
    if (queued || name === null || !isSource(name)) return;
    queued = true;
    turn = turn.then(takeUp).catch((error: unknown) => {
      queued = false;
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      console.error(`the change was not taken up: ${reason}`);
      logger.debug({ err: error }, "a changed product cannot be used");
    });
  };
  /** Directory by directory: a recursive watch loses a file that an editor replaces. */
  const watchAll = (root: string) => {
    for (const place of sourceDirectories(root)) {
      if (watchers.has(place)) continue;
      const watcher = watch(place, (_, name) => notice(name));
      watcher.on("error", () => {
        watcher.close();
        watchers.delete(place);
      });
      watchers.set(place, watcher);
    }
  };
  return {
    name: "watch",
    async start() {
      if (directory !== undefined) watchAll(directory);
    },
    async stop() {
      stopping.abort(new Error("stopped"));
      for (const watcher of watchers.values()) watcher.close();
      await turn;
    },
  };
}
