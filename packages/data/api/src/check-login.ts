import { ApiError } from "./api-error.ts";
import type { LoginMessage } from "./login-message.ts";

export interface LoginRules {
  /** Pages that may ask for a login, as `https://ghost.example`. */
  readonly origins: readonly string[];
  readonly chainId: number;
  /** How long after `Issued At` a message is still taken. */
  readonly lifetimeMs: number;
}

/** A wallet's clock and ours may disagree by this much. */
const CLOCK_SKEW_MS = 30_000;

/**
 * Whether a message was made for us, for this chain, and for now. The domain is what protects the user: a page
 * elsewhere can ask a wallet for a signature, but the wallet shows and signs the name of that page.
 *
 * @throws {ApiError} `LOGIN_DOMAIN_MISMATCH`, `LOGIN_URI_MISMATCH`, `LOGIN_CHAIN_MISMATCH`, `LOGIN_EXPIRED`,
 *   `LOGIN_NOT_YET_VALID`
 */
export function checkLogin(message: LoginMessage, rules: LoginRules, nowMs: number): void {
  const page = rules.origins
    .map((origin) => new URL(origin))
    .find(({ host }) => host === message.domain.toLowerCase());
  if (!page || (message.scheme !== undefined && `${message.scheme}:` !== page.protocol)) {
    throw refused("LOGIN_DOMAIN_MISMATCH", "the message was made for another site");
  }
  const uri = URL.parse(message.uri);
  if (!uri || uri.origin !== page.origin || uri.username !== "" || uri.password !== "") {
    throw refused("LOGIN_URI_MISMATCH", "the message's URI is not of its domain");
  }
  if (message.chainId !== rules.chainId) {
    throw refused("LOGIN_CHAIN_MISMATCH", `this is chain ${rules.chainId}`);
  }
  const { issuedAtMs, expiresAtMs = Number.POSITIVE_INFINITY, notBeforeMs = issuedAtMs } = message;
  if (nowMs >= expiresAtMs || nowMs - issuedAtMs > rules.lifetimeMs) {
    throw refused("LOGIN_EXPIRED", "the message is too old: sign a new one");
  }
  if (notBeforeMs > nowMs + CLOCK_SKEW_MS || issuedAtMs > nowMs + CLOCK_SKEW_MS) {
    throw refused("LOGIN_NOT_YET_VALID", "the message is of the future: look at your clock");
  }
}

function refused(
  code:
    | "LOGIN_DOMAIN_MISMATCH"
    | "LOGIN_URI_MISMATCH"
    | "LOGIN_CHAIN_MISMATCH"
    | "LOGIN_EXPIRED"
    | "LOGIN_NOT_YET_VALID",
  message: string,
): ApiError {
  return new ApiError({ code, status: 401 }, message);
}
