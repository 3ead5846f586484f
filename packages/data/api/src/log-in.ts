import { type Auth, AuthError, type Session } from "@ghostchain/auth";
import type { Clock } from "@ghostchain/service";
import type { Address, Hex } from "viem";
import { ApiError } from "./api-error.ts";
import { checkLogin, type LoginRules } from "./check-login.ts";
import { parseLoginMessage } from "./login-message.ts";
import type { SignatureCheck } from "./login-signature.ts";

export interface LoginParts {
  readonly auth: Pick<Auth, "spendNonce" | "issueToken">;
  readonly clock: Clock;
  readonly checkSignature: SignatureCheck;
  /** Told of each login before it is answered, so that a product knows its users. */
  readonly onLogin?: (address: Address) => Promise<void>;
}

/**
 * A session for whoever signed `text`. The cheap checks come first. A nonce is spent by the first message that
 * brings it, whether its signature is right or wrong, so each signature check costs its sender a nonce.
 *
 * @throws {ApiError} one of the `LOGIN_…` codes
 */
export async function logIn(
  { auth, clock, checkSignature, onLogin }: LoginParts,
  rules: LoginRules,
  { text, signature }: { text: string; signature: Hex },
): Promise<{ token: string; session: Session }> {
  const message = parseLoginMessage(text);
  if ("wrong" in message) {
    throw new ApiError(
      { code: "LOGIN_MESSAGE_MALFORMED", status: 400 },
      `this is no EIP-4361 message: ${message.wrong}`,
    );
  }
  checkLogin(message, rules, clock.now());
  await spendNonce(auth, message.nonce);
  if (!(await checkSignature(message.address, text, signature))) {
    throw new ApiError(
      { code: "LOGIN_SIGNATURE_INVALID", status: 401 },
      "the signature is not one of the message's address",
    );
  }
  await onLogin?.(message.address);
  return auth.issueToken(message.address);
}

async function spendNonce(auth: Pick<Auth, "spendNonce">, nonce: string): Promise<void> {
  try {
    await auth.spendNonce(nonce);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const text = "this nonce is unknown, used, or too old: ask for another";
    throw new ApiError({ code: "LOGIN_NONCE_INVALID", status: 401 }, text);
  }
}
