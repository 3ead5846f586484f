import type { Address } from "@ghostchain/evm";
export interface Sender {
  readonly address: Address;
  readonly privateKey: Uint8Array;
}
/** What one transaction of the load calls. */
export interface Payload {
  readonly to: Address;
  readonly valueWei: bigint;
  readonly data: Uint8Array;
  readonly gasLimit: bigint;
}
export declare function makeSenders(count: number): Sender[];
/**
 * JSON-RPC bodies of `eth_sendRawTransaction`, ready to be posted: nonce by nonce across all senders, so that
 * requests in flight at once belong to different senders.
 */
export declare function signLoad(
  senders: readonly Sender[],
  count: number,
  firstNonce: bigint,
  payload: (index: number) => Payload,
): string[];
/** An EIP-1559 transaction that pays far more than any base fee of the run. */
export declare function signOne(sender: Sender, nonce: bigint, payload: Payload): Uint8Array;
export declare function rawTransactionRequest(id: number, encoded: Uint8Array): string;
/** `transfer(address,uint256)` */
export declare function erc20Transfer(to: Address, amount: bigint): Uint8Array;
//# sourceMappingURL=signed-load.d.ts.map
