import { generatePrivateKey, publicKeyOf } from "@ghostchain/crypto";
import { bytesToHex, concatBytes, hexToBytes } from "@ghostchain/encoding";
import { addressOfPublicKey, signTransaction } from "@ghostchain/protocol";
export function makeSenders(count) {
    return Array.from({ length: count }, () => {
        const privateKey = generatePrivateKey();
        return { privateKey, address: addressOfPublicKey(publicKeyOf(privateKey)) };
    });
}
/**
 * JSON-RPC bodies of `eth_sendRawTransaction`, ready to be posted: nonce by nonce across all senders, so that
 * requests in flight at once belong to different senders.
 */
export function signLoad(senders, count, firstNonce, payload) {
    return Array.from({ length: count }, (_, index) => {
        const sender = senders[index % senders.length];
        const nonce = firstNonce + BigInt(Math.floor(index / senders.length));
        return rawTransactionRequest(index, signOne(sender, nonce, payload(index)));
    });
}
/** An EIP-1559 transaction that pays far more than any base fee of the run. */
export function signOne(sender, nonce, payload) {
    return signTransaction({
        type: 2,
        chainId: 31337n,
        nonce,
        maxFeePerGasWei: 10n ** 13n,
        maxPriorityFeePerGasWei: 10n ** 9n,
        accessList: [],
        ...payload,
    }, sender.privateKey).encoded;
}
export function rawTransactionRequest(id, encoded) {
    return `{"jsonrpc":"2.0","id":${id},"method":"eth_sendRawTransaction","params":["${bytesToHex(encoded)}"]}`;
}
/** `transfer(address,uint256)` */
export function erc20Transfer(to, amount) {
    const word = (digits) => hexToBytes(`0x${digits.padStart(64, "0")}`);
    return concatBytes(hexToBytes("0xa9059cbb"), word(to.slice(2)), word(amount.toString(16)));
}
//# sourceMappingURL=signed-load.js.map