import { generatePrivateKey, publicKeyOf } from "@ghostchain/crypto";
import { bytesToHex, concatBytes, hexToBytes } from "@ghostchain/encoding";
import type { Address } from "@ghostchain/evm";
import { addressOfPublicKey, signTransaction } from "@ghostchain/protocol";

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

export function makeSenders(count: number): Sender[] {
  return Array.from({ length: count }, () => {
    const privateKey = generatePrivateKey();
    return { privateKey, address: addressOfPublicKey(publicKeyOf(privateKey)) };
  });
}

/**
 * JSON-RPC bodies of `eth_sendRawTransaction`, ready to be posted: nonce by nonce across all senders, so that
 * requests in flight at once belong to different senders.
 */
export function signLoad(
  senders: readonly Sender[],
  count: number,
  firstNonce: bigint,
  payload: (index: number) => Payload,
): string[] {
  return Array.from({ length: count }, (_, index) => {
    const sender = senders[index % senders.length] as Sender;
    const nonce = firstNonce + BigInt(Math.floor(index / senders.length));
    return rawTransactionRequest(index, signOne(sender, nonce, payload(index)));
  });
}

/** An EIP-1559 transaction that pays far more than any base fee of the run. */
export function signOne(sender: Sender, nonce: bigint, payload: Payload): Uint8Array {
  return signTransaction(
    {
      type: 2,
      chainId: 31337n,
      nonce,
      maxFeePerGasWei: 10n ** 13n,
      maxPriorityFeePerGasWei: 10n ** 9n,
      accessList: [],
      ...payload,
    },
    sender.privateKey,
  ).encoded;
}

export function rawTransactionRequest(id: number, encoded: Uint8Array): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"eth_sendRawTransaction","params":["${bytesToHex(encoded)}"]}`;
}

/** `transfer(address,uint256)` */
export function erc20Transfer(to: Address, amount: bigint): Uint8Array {
  const word = (digits: string) => hexToBytes(`0x${digits.padStart(64, "0")}`);
  return concatBytes(hexToBytes("0xa9059cbb"), word(to.slice(2)), word(amount.toString(16)));
}
