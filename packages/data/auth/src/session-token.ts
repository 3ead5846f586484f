import { randomUUID } from "node:crypto";
import type { Clock } from "@ghostchain/service";
import { errors, type JWTHeaderParameters, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { type Address, getAddress, isAddress } from "viem";
import { AuthError } from "./auth-error.ts";
import type { TokenKey, TokenKeys } from "./token-keys.ts";

/** Who is logged in, and until when. */
export interface Session {
  /** EIP-55 checksummed */
  readonly address: Address;
  readonly expiresAtMs: number;
}

export interface TokenRules {
  readonly issuer: string;
  /** Names the chain: a token of a test network opens nothing on another. */
  readonly audience: string;
  readonly lifetimeMs: number;
}

/**
 * @returns a JSON Web Token signed by the first key that can sign
 * @throws {AuthError} `AUTH_NO_SIGNING_KEY`
 */
export async function signToken(
  keys: TokenKeys,
  rules: TokenRules,
  address: Address,
  nowMs: number,
): Promise<{ token: string; session: Session }> {
  const key = keys.find(({ signKey }) => signKey !== undefined);
  if (!key?.signKey) throw new AuthError({ code: "AUTH_NO_SIGNING_KEY" });
  const issuedAtSeconds = Math.floor(nowMs / 1000);
  const expiresAtSeconds = Math.floor((nowMs + rules.lifetimeMs) / 1000);
  const token = await new SignJWT()
    .setProtectedHeader({ alg: key.algorithm, kid: key.id, typ: "JWT" })
    .setSubject(getAddress(address))
    .setIssuer(rules.issuer)
    .setAudience(rules.audience)
    .setIssuedAt(issuedAtSeconds)
    .setExpirationTime(expiresAtSeconds)
    .setJti(randomUUID())
    .sign(key.signKey);
  return {
    token,
    session: { address: getAddress(address), expiresAtMs: expiresAtSeconds * 1000 },
  };
}

/**
 * @param lookAgain - asked for the keys once more where the token's is not among them
 * @throws {AuthError} `AUTH_TOKEN_EXPIRED`; `AUTH_TOKEN_INVALID` for every other broken rule
 * @see RFC 8725, "JSON Web Token Best Current Practices"
 */
export async function verifyToken(
  keys: TokenKeys,
  rules: TokenRules,
  token: string,
  clock: Clock,
  lookAgain: () => Promise<TokenKeys> = async () => keys,
): Promise<Session> {
  const findKey: KeyFinder = async ({ kid, alg }) => {
    // The key decides the algorithm, so neither `none` nor a public key used as a secret gets through.
    const find = (some: TokenKeys) =>
      some.find(({ id, algorithm }) => id === kid && algorithm === alg);
    const key = find(keys) ?? find(await lookAgain());
    if (!key) throw invalid("no live key with its kid and alg");
    return key.verifyKey;
  };
  const payload = await verifySignature(findKey, rules, token, clock);
  const { sub = "", exp = 0, iat = 0 } = payload;
  if (!isAddress(sub)) throw invalid("the subject is no address");
  if (iat * 1000 > clock.now() + CLOCK_SKEW_MS) throw invalid("issued in the future");
  return { address: getAddress(sub), expiresAtMs: exp * 1000 };
}

/** Two machines of one deployment may disagree by this much about what time it is. */
const CLOCK_SKEW_MS = 30_000;

type KeyFinder = (header: JWTHeaderParameters) => Promise<TokenKey["verifyKey"]>;

async function verifySignature(
  findKey: KeyFinder,
  rules: TokenRules,
  token: string,
  clock: Clock,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, findKey, {
      issuer: rules.issuer,
      audience: rules.audience,
      algorithms: ["HS256", "EdDSA"],
      typ: "JWT",
      requiredClaims: ["sub", "exp", "iat"],
      currentDate: new Date(clock.now()),
    });
    return payload;
  } catch (error) {
    if (error instanceof AuthError) throw error;
    if (error instanceof errors.JWTExpired) throw new AuthError({ code: "AUTH_TOKEN_EXPIRED" });
    if (error instanceof errors.JOSEError) throw invalid(error.code);
    throw invalid("not a token");
  }
}

function invalid(reason: string): AuthError {
  return new AuthError({ code: "AUTH_TOKEN_INVALID", reason });
}
