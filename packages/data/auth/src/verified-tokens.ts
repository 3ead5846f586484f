import type { Session } from "./session-token.ts";
import type { TokenKeys } from "./token-keys.ts";

/** Beyond this many the token verified first is forgotten, and is verified once more: 5 MB. */
const TOKENS_MAX = 10_000;

/**
 * Tokens whose signature was right, so that a client pays for it once and not at every request. What is remembered ends
 * with the token, and with the keys it was verified by: where they change, all of it is forgotten.
 */
export class VerifiedTokens {
  readonly #sessions = new Map<string, Session>();
  #keys: TokenKeys | undefined;

  find(token: string, keys: TokenKeys, nowMs: number): Session | undefined {
    if (this.#keys !== keys) return undefined;
    const session = this.#sessions.get(token);
    if (session && session.expiresAtMs > nowMs) return session;
    if (session) this.#sessions.delete(token);
    return undefined;
  }

  remember(token: string, keys: TokenKeys, session: Session): void {
    if (this.#keys !== keys) this.#sessions.clear();
    this.#keys = keys;
    if (this.#sessions.size >= TOKENS_MAX) {
      for (const oldest of this.#sessions.keys()) {
        this.#sessions.delete(oldest);
        break;
      }
    }
    this.#sessions.set(token, session);
  }
}
