import { type Address, type Hex, isAddressEqual, recoverMessageAddress } from "viem";

/** Whether `address` signed `message` (EIP-191). Expensive: ask the rate limit first. */
export type SignatureCheck = (
  address: Address,
  message: string,
  signature: Hex,
) => Promise<boolean>;

/** Half of the order of secp256k1: a larger `s` is the mirror of a smaller one, so one would be two. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** For accounts that have a key. 65 bytes r, s, v with v of 27, 28, 0 or 1; costs 3 ms. */
export const checkKeySignature: SignatureCheck = async (address, message, signature) => {
  if (!/^0x[0-9a-fA-F]{128}(?:1b|1c|00|01)$/i.test(signature)) return false;
  const s = BigInt(`0x${signature.slice(66, 130)}`);
  if (s === 0n || s > HALF_ORDER) return false;
  try {
    return isAddressEqual(await recoverMessageAddress({ message, signature }), address);
  } catch {
    return false; // r is not on the curve
  }
};
