import { keccak256 } from "@ghostchain/crypto";
import { bytesToHex, concatBytes, type Hex } from "@ghostchain/encoding";
import type { Address } from "@ghostchain/evm";
import type { RpcBackend } from "../backend.ts";
import type { RpcEnvironment } from "../environment.ts";
import { fillTransaction, withGas } from "../fill-transaction.ts";
import { type MethodTable, method, required } from "../method.ts";
import { sendRequestFor, transactionRequestFor } from "../read/transaction-request.ts";
import { readAddress, readBytes } from "../read/value.ts";
import { RpcError } from "../rpc-error.ts";
import { orRejected } from "../transaction-rejection.ts";
import { readTypedData, typedDataDigest } from "../typed-data.ts";

const address = required("address", readAddress);
const message = required("message", readBytes);
const typedData = required("typedData", readTypedData);

/** Sending transactions, and signing with the accounts this node holds keys of. */
export function accountMethods(environment: RpcEnvironment): MethodTable {
  const { backend } = environment;
  const toSend = required("transaction", sendRequestFor(backend.chainId));
  const toFill = required("transaction", transactionRequestFor(backend.chainId));
  return {
    eth_accounts: method([], () => backend.accounts.addresses()),
    eth_requestAccounts: method([], () => backend.accounts.addresses()),
    eth_coinbase: method([], () => backend.head().block.header.coinbase),
    eth_mining: method([], () => backend.dev?.automine() ?? false),
    eth_hashrate: method([], () => "0x0"),
    eth_sendRawTransaction: {
      ...method([required("rawTransaction", readBytes)], ([encoded]) =>
        orRejected(() => backend.submit(encoded)),
      ),
      // The node recovers the senders of all that came in together at once.
      runsTogether: true,
    },
    eth_sendTransaction: method([toSend], ([request]) =>
      orRejected(() => backend.sendFrom(withGas(environment, request))),
    ),
    eth_signTransaction: method([toSend], ([request]) =>
      orRejected(() => {
        const signed = backend.accounts.signTransaction(withGas(environment, request));
        return bytesToHex(signed.encoded);
      }),
    ),
    eth_fillTransaction: method([toFill], ([request]) => fillTransaction(environment, request)),
    eth_sign: method([address, message], ([account, text]) =>
      sign(backend, account, personalDigest(text)),
    ),
    personal_sign: method([message, address], ([text, account]) =>
      sign(backend, account, personalDigest(text)),
    ),
    eth_signTypedData_v4: method([address, typedData], ([account, data]) =>
      sign(backend, account, typedDataDigest(data)),
    ),
  };
}

function sign(backend: RpcBackend, account: Address, digest: Uint8Array): Hex {
  const signature = backend.accounts.signDigest(account, digest);
  if (!signature) {
    const problem = `unknown account ${account}: this node holds no key of it`;
    throw new RpcError({ code: "RPC_FAILED", problem });
  }
  return bytesToHex(signature);
}

/** EIP-191, version 0x45: text that cannot be mistaken for a transaction. */
function personalDigest(text: Uint8Array): Uint8Array {
  const prefix = Buffer.from(`\x19Ethereum Signed Message:\n${text.length}`);
  return keccak256(concatBytes(prefix, text));
}
