import { type Address, encodeFunctionData, type Hex, hashMessage, parseAbi } from "viem";
import { ApiError } from "./api-error.ts";
import { type ChainCall, type ChainSource, openChainCall, RefusedCall } from "./chain-call.ts";
import { checkKeySignature, type SignatureCheck } from "./login-signature.ts";

export interface SignatureCheckOptions {
  /** The chain whose contracts may log in: `http://…`, `https://…`, or EIP-1193. */
  readonly rpc: ChainSource;
  /** For both questions together. Default 3 s. */
  readonly timeoutMs?: number;
  /** That a wallet may use to check a signature. Default 3,000,000. */
  readonly gas?: bigint;
}

const TIMEOUT_MS = 3_000;
/** A Safe of twenty owners needs a tenth of it, a passkey checked in Solidity a third. */
const GAS = 3_000_000n;
/** Beyond this many at a time a login is refused: a chain that is slow must not gather them. */
const ASKING_MAX = 16;
/** `isValidSignature(bytes32,bytes)` in the first four bytes of a word (ERC-1271). */
const MAGIC = `0x1626ba7e${"0".repeat(56)}`;
const ABI = parseAbi([
  "function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)",
]);

/**
 * For accounts that have a key, and for contracts that say themselves what their signature is (ERC-1271). The key is
 * tried first, so an account that has delegated its code (EIP-7702) keeps it; a contract is asked only where there is one.
 *
 * @throws {ApiError} `API_RPC_URL_MALFORMED` at once; at a login `LOGIN_CHAIN_UNAVAILABLE` when the chain does not answer
 */
export function createSignatureCheck(options: SignatureCheckOptions): SignatureCheck {
  const { timeoutMs = TIMEOUT_MS, gas = GAS } = options;
  const call = openChainCall(options.rpc);
  let asking = 0;
  return async (address, message, signature) => {
    if (await checkKeySignature(address, message, signature)) return true;
    if (asking >= ASKING_MAX) throw chainUnavailable("too many logins ask it");
    asking += 1;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      return await askContract(call, { address, message, signature, gas }, signal);
    } catch (error) {
      throw chainUnavailable(error);
    } finally {
      asking -= 1;
    }
  };
}

interface Question {
  readonly address: Address;
  readonly message: string;
  readonly signature: Hex;
  readonly gas: bigint;
}

async function askContract(
  call: ChainCall,
  { address, message, signature, gas }: Question,
  signal: AbortSignal,
): Promise<boolean> {
  const code = await call("eth_getCode", [address, "latest"], signal);
  if (code === "0x") return false;
  const args = [hashMessage(message), signature] as const;
  const data = encodeFunctionData({ abi: ABI, functionName: "isValidSignature", args });
  try {
    const request = { to: address, data, gas: `0x${gas.toString(16)}` };
    const answer = await call("eth_call", [request, "latest"], signal);
    return answer.slice(0, MAGIC.length).toLowerCase() === MAGIC;
  } catch (error) {
    // It reverted, ran out of gas, or is no wallet at all: that is a no.
    if (error instanceof RefusedCall && error.byContract) return false;
    throw error;
  }
}

function chainUnavailable(cause: unknown): ApiError {
  return new ApiError(
    { code: "LOGIN_CHAIN_UNAVAILABLE", status: 503 },
    "the chain cannot be asked about this wallet just now: log in again in a moment",
    { cause },
  );
}
