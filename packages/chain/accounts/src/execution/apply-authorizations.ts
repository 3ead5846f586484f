import { isLowS, keccak256, recoverPublicKey } from "@ghostchain/crypto";
import {
  bigIntToBytes,
  concatBytes,
  EMPTY_BYTES,
  encodeRlp,
  hexToBytes,
} from "@ghostchain/encoding";
import {
  type Address,
  delegationTarget,
  delegationTo,
  type World,
  ZERO_ADDRESS,
} from "@ghostchain/evm";
import { type Authorization, addressOfPublicKey } from "@ghostchain/protocol";

/** First byte of what an authorization signs, so that it can be no other message. */
const SIGNING_PREFIX = Uint8Array.of(0x05);
const MAX_NONCE = 2n ** 64n - 1n;
/** An authorization pays for a new account; this comes back where there was one. */
const EXISTING_ACCOUNT_REFUND = 12_500n;

/**
 * Makes each signer's account point to the code it authorized. An authorization that does not hold is passed
 * over; the others count, whatever becomes of the transaction.
 *
 * @returns gas to refund
 * @see EIP-7702, "Behavior"
 */
export function applyAuthorizations(
  world: World,
  authorizations: readonly Authorization[],
  chainId: bigint,
): bigint {
  let refund = 0n;
  for (const authorization of authorizations) {
    const signer = validSigner(world, authorization, chainId);
    if (signer === undefined) continue;
    if (world.account(signer) !== undefined) refund += EXISTING_ACCOUNT_REFUND;
    const { address, nonce } = authorization;
    world.setCode(signer, address === ZERO_ADDRESS ? EMPTY_BYTES : delegationTo(address));
    world.setNonce(signer, nonce + 1n);
  }
  return refund;
}

/** Who signed, if this authorization is for this chain and still unused. Makes the signer's account warm. */
function validSigner(
  world: World,
  authorization: Authorization,
  chainId: bigint,
): Address | undefined {
  if (authorization.chainId !== 0n && authorization.chainId !== chainId) return undefined;
  if (authorization.nonce >= MAX_NONCE) return undefined;
  const signer = authorizationSigner(authorization);
  if (signer === undefined) return undefined;
  world.warmAccount(signer);
  const code = world.code(signer);
  if (code.length > 0 && delegationTarget(code) === undefined) return undefined;
  const nonce = world.account(signer)?.nonce ?? 0n;
  return nonce === authorization.nonce ? signer : undefined;
}

/** Undefined where the signature is none. */
export function authorizationSigner(authorization: Authorization): Address | undefined {
  const { chainId, address, nonce, yParity, r, s } = authorization;
  if (yParity > 1n || !isLowS(s)) return undefined;
  const signed = encodeRlp([bigIntToBytes(chainId), hexToBytes(address), bigIntToBytes(nonce)]);
  const digest = keccak256(concatBytes(SIGNING_PREFIX, signed));
  const publicKey = recoverPublicKey(digest, { r, s, yParity: yParity === 0n ? 0 : 1 });
  return publicKey === undefined ? undefined : addressOfPublicKey(publicKey);
}
