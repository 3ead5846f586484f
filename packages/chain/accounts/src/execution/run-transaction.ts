import {
  type Address,
  type BlockContext,
  delegationTarget,
  type Evm,
  type Hash,
  includesFork,
  type Log,
  type MessageResult,
  type World,
} from "@ghostchain/evm";
import {
  type AccessListEntry,
  type Authorization,
  floorDataGas,
  intrinsicGas,
} from "@ghostchain/protocol";
import { applyAuthorizations } from "./apply-authorizations.ts";

/** What a transaction does, apart from who may send it and who pays for it. */
export interface TransactionBody {
  readonly sender: Address;
  readonly to: Address | undefined;
  readonly valueWei: bigint;
  readonly data: Uint8Array;
  readonly gasLimit: bigint;
  /** What GASPRICE says. */
  readonly gasPriceWei: bigint;
  readonly accessList?: readonly AccessListEntry[] | undefined;
  readonly blobHashes?: readonly Hash[] | undefined;
  readonly authorizations?: readonly Authorization[] | undefined;
}

export interface TransactionOutcome {
  readonly message: MessageResult;
  /** With the intrinsic gas, less refunds, at least the floor: what is paid for. */
  readonly gasUsed: bigint;
  readonly logs: readonly Log[];
}

/** Where a transaction runs. */
export interface TransactionSite {
  readonly evm: Evm;
  readonly world: World;
  readonly block: BlockContext;
}

/**
 * Runs the message of a transaction: nonce, warm accounts, authorizations, code, refund. Its gas limit covers
 * the intrinsic gas, and `beginTransaction` has been called.
 */
export function runTransaction(site: TransactionSite, body: TransactionBody): TransactionOutcome {
  const { evm, world, block } = site;
  const { sender, to, valueWei, data, gasLimit } = body;
  warmUp(site, body);
  // A creation takes the nonce for its address and counts it up by itself.
  if (to !== undefined) world.setNonce(sender, (world.account(sender)?.nonce ?? 0n) + 1n);
  const refundForAccounts = applyAuthorizations(world, body.authorizations ?? [], block.chainId);
  warmDelegate(site, to);
  const message = evm.run(
    world,
    block,
    { origin: sender, gasPriceWei: body.gasPriceWei, blobHashes: body.blobHashes ?? [] },
    { caller: sender, to, valueWei, data, gas: gasLimit - intrinsicGas(body, evm.hardfork) },
  );
  const gasBeforeRefund = gasLimit - message.gasLeft;
  const refund = min(world.refund + refundForAccounts, gasBeforeRefund / refundDivisor(evm));
  const gasUsed = max(gasBeforeRefund - refund, floorDataGas(body, evm.hardfork));
  return { message, gasUsed, logs: world.logs };
}

/** The accounts and slots that are warm from the start. @see EIP-2929, 2930, 3651 */
function warmUp({ evm, world, block }: TransactionSite, body: TransactionBody): void {
  if (!includesFork(evm.hardfork, "berlin")) return;
  world.warmAccount(body.sender);
  if (body.to !== undefined) world.warmAccount(body.to);
  if (includesFork(evm.hardfork, "shanghai")) world.warmAccount(block.coinbase);
  for (const { address, storageKeys } of body.accessList ?? []) {
    world.warmAccount(address);
    for (const key of storageKeys) world.warmSlot(address, BigInt(key));
  }
}

/** The code that the recipient points to is about to run. @see EIP-7702 */
function warmDelegate({ evm, world }: TransactionSite, to: Address | undefined): void {
  if (to === undefined || !includesFork(evm.hardfork, "prague")) return;
  const target = delegationTarget(world.code(to));
  if (target !== undefined) world.warmAccount(target);
}

/** At most this part of the gas is refunded. @see EIP-3529 */
function refundDivisor(evm: Evm): bigint {
  return includesFork(evm.hardfork, "london") ? 5n : 2n;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
