import { toQuantity } from "@ghostchain/encoding";
import type { Address } from "@ghostchain/evm";
import { checksumAddress, type SenderTransaction } from "@ghostchain/protocol";
import type { RpcEnvironment } from "../environment.ts";
import { formatTransaction } from "../format/transaction.ts";
import { type MethodTable, method, required } from "../method.ts";
import { readAddress } from "../read/value.ts";

type Waiting = ReadonlyMap<Address, readonly SenderTransaction[]>;

/** What waits in the pool: next for a block, or for a nonce before it. */
export function poolMethods({ backend }: RpcEnvironment): MethodTable {
  return {
    txpool_status: method([], () => {
      const { pending, queued } = backend.pool.content();
      return { pending: toQuantity(countOf(pending)), queued: toQuantity(countOf(queued)) };
    }),
    txpool_content: method([], () => {
      const { pending, queued } = backend.pool.content();
      return { pending: bySender(pending, toJson), queued: bySender(queued, toJson) };
    }),
    txpool_contentFrom: method([required("address", readAddress)], ([address]) => {
      const { pending, queued } = backend.pool.content();
      return {
        pending: byNonce(pending.get(address) ?? [], toJson),
        queued: byNonce(queued.get(address) ?? [], toJson),
      };
    }),
    txpool_inspect: method([], () => {
      const { pending, queued } = backend.pool.content();
      return { pending: bySender(pending, toSummary), queued: bySender(queued, toSummary) };
    }),
  };
}

function countOf(waiting: Waiting): number {
  let count = 0;
  for (const transactions of waiting.values()) count += transactions.length;
  return count;
}

function bySender<T>(waiting: Waiting, show: (waiting: SenderTransaction) => T) {
  const entries = [...waiting].map(([sender, transactions]) => [
    checksumAddress(sender),
    byNonce(transactions, show),
  ]);
  return Object.fromEntries(entries);
}

function byNonce<T>(
  transactions: readonly SenderTransaction[],
  show: (waiting: SenderTransaction) => T,
): Record<string, T> {
  return Object.fromEntries(
    transactions.map((waiting) => [waiting.transaction.nonce.toString(), show(waiting)]),
  );
}

function toJson({ transaction, hash, sender }: SenderTransaction) {
  return formatTransaction(transaction, hash, sender, undefined);
}

function toSummary({ transaction }: SenderTransaction): string {
  const to = transaction.to ? checksumAddress(transaction.to) : "contract creation";
  const price =
    transaction.type === 0 || transaction.type === 1
      ? transaction.gasPriceWei
      : transaction.maxFeePerGasWei;
  return `${to}: ${transaction.valueWei} wei + ${transaction.gasLimit} gas × ${price} wei`;
}
