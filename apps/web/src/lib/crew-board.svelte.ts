import type { CrewRow, Session } from "./session.svelte.ts";

const ROWS = 6;
const REFRESH_MS = 5_000;

/** The best crews, and the player's own. */
export class CrewBoard {
  crews = $state.raw<readonly CrewRow[]>([]);
  own = $state.raw<{ readonly id: string; readonly name: string } | null>(null);
  message = $state("");
  busy = $state(false);
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** @returns what ends it */
  start(): () => void {
    const refresh = () => void this.#refresh().catch(() => undefined);
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }

  create(name: string): Promise<void> {
    return this.#change(() => this.#session.client.call("POST /crews", { body: { name } }));
  }

  join(id: string): Promise<void> {
    return this.#change(() => this.#session.client.call("POST /crews/:id/join", { params: { id } }));
  }

  leave(id: string): Promise<void> {
    return this.#change(() => this.#session.client.call("POST /crews/:id/leave", { params: { id } }));
  }

  async #change(work: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    this.message = "";
    try {
      await this.#session.login();
      await work();
      await this.#refresh();
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
    } finally {
      this.busy = false;
    }
  }

  async #refresh(): Promise<void> {
    const { client, wallet } = this.#session;
    const { crews } = await client.call("GET /crews", { query: { limit: ROWS } });
    this.crews = crews;
    const { address } = wallet;
    if (!address) return;
    // nobody knows an address that has neither played nor logged in
    const user = await client
      .call("GET /users/:address", { params: { address } })
      .catch(() => undefined);
    this.own = user?.crew ?? null;
  }
}
