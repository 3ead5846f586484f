import type { StoreReader } from "./store/read-queue.ts";

/** How far what was counted goes. */
export interface Answered {
  readonly epoch: string;
  readonly sequenceId: number;
}

/** Reads an answer, or gives the one that is known: under one key the same is read always. */
export type Ask = <T extends object>(
  key: string,
  read: (reader: StoreReader) => Promise<T>,
) => Promise<T & Answered>;
