import { createGhostClient, type GhostClient } from "@ghostchain/sdk";
import type { Boost, Wallet } from "./wallet.svelte.ts";

export interface CrewRow {
  readonly id: string;
  readonly name: string;
  readonly rank: number;
  readonly members: number;
  readonly extracted: string;
}

export interface Keystroke {
  readonly key: string;
  readonly atMs: number;
}

type PlayerEndpoints = {
  "GET /users/:address": {
    params: { address: string };
    response: { crew: { id: string; name: string } | null };
  };
  "GET /crews": { query?: { limit?: number }; response: { crews: CrewRow[]; total: number } };
  "POST /crews": { body: { name: string }; response: { id: string; name: string } };
  "POST /crews/:id/join": { params: { id: string }; response: { success: true } };
  "POST /crews/:id/leave": { params: { id: string }; response: { success: true } };
  "POST /minigame/typing/challenge": { response: { challengeId: string; command: string } };
  "POST /minigame/typing/result": {
    body: {
      challengeId: string;
      command: string;
      accuracy: number;
      wpm: number;
      timestamp: number;
      duration: number;
      keystrokes: readonly Keystroke[];
    };
    response: { accuracy: number; wpm: number; boost: Boost | null };
  };
};

/** The connected wallet's owner at the API: logged in when something first needs it. */
export class Session {
  readonly client: GhostClient<PlayerEndpoints> = createGhostClient({ apiUrl: location.origin });
  readonly wallet: Wallet;
  #loggedIn: string | undefined;

  constructor(wallet: Wallet) {
    this.wallet = wallet;
  }

  async login(): Promise<string> {
    const { address } = this.wallet;
    if (!address) throw new Error("connect a wallet first");
    if (this.#loggedIn !== address) {
      await this.client.login({
        address,
        signMessage: (message) => this.wallet.signMessage(message),
      });
      this.#loggedIn = address;
    }
    return address;
  }
}
