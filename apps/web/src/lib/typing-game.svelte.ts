import type { Keystroke, Session } from "./session.svelte.ts";
import type { Boost } from "./wallet.svelte.ts";

const CHARACTERS_A_WORD = 5;
const MINUTE_MS = 60_000;

/** One player's games of typing: a command from the API, keys as they come, and what the API makes of them. */
export class TypingGame {
  command = $state("");
  typed = $state("");
  /** What is going on, or came of it, for a person. */
  message = $state("");
  playing = $state(false);
  boost = $state.raw<Boost>();
  readonly #session: Session;
  #challengeId = "";
  #keystrokes: Keystroke[] = [];
  #mistakes = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  async start(): Promise<void> {
    this.boost = undefined;
    this.message = "asking for a command …";
    try {
      await this.#session.login();
      const { client } = this.#session;
      const challenge = await client.call("POST /minigame/typing/challenge");
      this.#challengeId = challenge.challengeId;
      this.command = challenge.command;
      this.typed = "";
      this.#keystrokes = [];
      this.#mistakes = 0;
      this.playing = true;
      this.message = "type the command; Backspace is allowed";
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
    }
  }

  /** @returns whether the key belongs to the game */
  press(key: string): boolean {
    if (!this.playing || (key !== "Backspace" && [...key].length !== 1)) return false;
    this.#keystrokes.push({ key, atMs: performance.now() });
    if (key === "Backspace") this.typed = this.typed.slice(0, -1);
    else {
      if (this.command[this.typed.length] !== key) this.#mistakes += 1;
      this.typed += key;
    }
    if (this.typed.length >= this.command.length) void this.#finish();
    return true;
  }

  async #finish(): Promise<void> {
    this.playing = false;
    this.message = "handing it in …";
    try {
      const { client } = this.#session;
      const answer = await client.call("POST /minigame/typing/result", { body: this.#result() });
      const score = `${Math.round(answer.accuracy * 100)}\u00a0% at ${Math.round(answer.wpm)} words a minute`;
      this.boost = answer.boost ?? undefined;
      const earned = this.boost ? `death rate −${this.boost.valueBps / 100}\u00a0%` : "no boost this time";
      this.message = `${score}: ${earned}`;
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
    }
  }

  /** Counted as the API counts it. */
  #result() {
    const command = this.command;
    const hits = [...command].filter((character, index) => this.typed[index] === character).length;
    const missing = Math.max(0, command.length - this.typed.length);
    const duration = (this.#keystrokes.at(-1)?.atMs ?? 0) - (this.#keystrokes[0]?.atMs ?? 0);
    return {
      challengeId: this.#challengeId,
      command,
      accuracy: hits / (hits + this.#mistakes + missing),
      wpm: ((this.typed.length / CHARACTERS_A_WORD) * MINUTE_MS) / duration,
      timestamp: Date.now(),
      duration,
      keystrokes: this.#keystrokes,
    };
  }
}
