import type { Clock, Logger, Service } from "@ghostchain/service";
import { ClientRegister } from "./client-register.ts";
import type { RequestMessage } from "./message.ts";
import type { NonceStore } from "./nonce-store.ts";
import type { MachineClient } from "./read-clients.ts";
import { type VerificationRules, verifyRequest } from "./verify-request.ts";

export interface SignedClientsParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Where nonces are spent: one that every process shares which takes signed requests. */
  readonly nonces: NonceStore;
}

export interface SignedClientsOptions extends VerificationRules {
  /** JSON: an array of `{keyid, name, publicKey | secret, limits?, methods?}`; read again when it changes. */
  readonly clientsFile: string;
}

/** The machine clients of a deployment. */
export interface SignedClients extends Service {
  /**
   * Who signed a request.
   *
   * @throws {HttpSignatureError} whatever `verifyRequest` throws
   */
  verify(message: RequestMessage, body: Uint8Array): Promise<MachineClient>;
}

export function createSignedClients(
  { clock, logger, nonces }: SignedClientsParts,
  { clientsFile, ...rules }: SignedClientsOptions,
): SignedClients {
  const child = logger.child({ module: "http-signature" });
  const register = new ClientRegister({ clock, logger: child }, clientsFile);
  return {
    name: "http-signature",
    start: () => register.open(),
    stop: async () => {},
    verify: (message, body) => {
      const find = (keyid: string) => register.find(keyid);
      return verifyRequest(message, body, { find, nonces, nowMs: clock.now() }, rules);
    },
  };
}
