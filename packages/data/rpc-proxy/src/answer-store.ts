/**
 * Keeps answers that never change, as JSON text. It may forget any of them at any time, and where it cannot be
 * reached it has none: a proxy goes on without it.
 */
export interface AnswerStore {
  /** Resolves although the store cannot be reached: it may come back. */
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** Never rejects. */
  get(key: string): Promise<string | undefined>;
  /** Never rejects. What is larger than the store takes is not kept. */
  set(key: string, text: string): Promise<void>;
  /** Forgets everything, for all who share it. Never rejects. */
  clear(): Promise<void>;
}
