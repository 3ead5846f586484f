import { createHash } from "node:crypto";
import type { Clock } from "@ghostchain/service";

/** An answer as it is sent. */
export interface Answer {
  readonly body: string;
  /** Of these bytes, quoted as the header wants it. */
  readonly etag: string;
}

interface Kept {
  readonly answer: Answer;
  readonly version: string;
  readonly madeAtMs: number;
  readonly sizeBytes: number;
}

export interface AnswerCacheObserver {
  answered(from: "cache" | "data"): void;
}

const SIZE_MAX_BYTES = 32 * 1024 * 1024;
/** Larger ones are answered and not kept. */
const ANSWER_MAX_BYTES = 1024 * 1024;
/** Of an entry, beside its texts. */
const ENTRY_BYTES = 300;

/**
 * Answers as they are sent, for all who ask the same. One is good for the version of the data that was known before it
 * was read. Bounded by what it holds; what was asked for longest ago goes first.
 */
export class AnswerCache {
  readonly #clock: Pick<Clock, "now">;
  readonly #observer: AnswerCacheObserver;
  readonly #sizeMaxBytes: number;
  readonly #kept = new Map<string, Kept>();
  /** Being made; no more than there are requests. */
  readonly #making = new Map<string, Promise<Answer>>();
  #sizeBytes = 0;

  constructor(
    { clock, observer }: { clock: Pick<Clock, "now">; observer: AnswerCacheObserver },
    sizeMaxBytes = SIZE_MAX_BYTES,
  ) {
    this.#clock = clock;
    this.#observer = observer;
    this.#sizeMaxBytes = sizeMaxBytes;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** What was kept under `version`, at most `maxAgeMs` ago. */
  find(key: string, version: string, maxAgeMs: number): Answer | undefined {
    const kept = this.#kept.get(key);
    if (kept?.version !== version) return undefined;
    const ageMs = this.#clock.now() - kept.madeAtMs;
    if (ageMs < 0 || ageMs >= maxAgeMs) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    this.#observer.answered("cache");
    return kept.answer;
  }

  /** Makes it once for all who ask for the same in the same version. What fails is not kept. */
  make(key: string, version: string, write: () => Promise<string>): Promise<Answer> {
    const making = `${version} ${key}`;
    const running = this.#making.get(making);
    if (running !== undefined) return running;
    const madeAtMs = this.#clock.now();
    const made = write()
      .then((body) => {
        const answer = { body, etag: etagOf(body) };
        this.#keep(key, { answer, version, madeAtMs, sizeBytes: sizeOf(key, version, body) });
        this.#observer.answered("data");
        return answer;
      })
      .finally(() => this.#making.delete(making));
    this.#making.set(making, made);
    return made;
  }

  #keep(key: string, entry: Kept): void {
    this.#drop(key);
    if (entry.sizeBytes > Math.min(ANSWER_MAX_BYTES, this.#sizeMaxBytes)) return;
    this.#kept.set(key, entry);
    this.#sizeBytes += entry.sizeBytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#sizeBytes <= this.#sizeMaxBytes) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (!kept) return;
    this.#kept.delete(key);
    this.#sizeBytes -= kept.sizeBytes;
  }
}

/** A text takes up to two bytes a character. */
function sizeOf(...texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + 2 * text.length, ENTRY_BYTES);
}

function etagOf(body: string): string {
  return `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
}

/** Whether a client's `If-None-Match` names what we would send; a proxy that compresses makes a tag weak. */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === "*") return true;
  return ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
