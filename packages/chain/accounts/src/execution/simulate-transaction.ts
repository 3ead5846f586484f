import { intrinsicGas, ProtocolError } from "@ghostchain/protocol";
import {
  runTransaction,
  type TransactionBody,
  type TransactionOutcome,
  type TransactionSite,
} from "./run-transaction.ts";

/**
 * What a transaction would do: for `eth_call`, `eth_estimateGas` and `eth_createAccessList`. Nobody has to have
 * signed it, its nonce is the sender's next, and no fee is taken; value must still be there to be sent. The
 * world is left as after a real transaction: make one for each simulation.
 *
 * @throws {ProtocolError} `TRANSACTION_GAS_TOO_LOW` where the gas does not reach for running anything
 */
export function simulateTransaction(
  site: TransactionSite,
  body: TransactionBody,
): TransactionOutcome {
  const { gasLimit } = body;
  const intrinsic = intrinsicGas(body, site.evm.hardfork);
  if (gasLimit < intrinsic) {
    throw new ProtocolError(
      { code: "TRANSACTION_GAS_TOO_LOW", gasLimit, intrinsicGas: intrinsic },
      `intrinsic gas too low: have ${gasLimit}, want ${intrinsic}`,
    );
  }
  site.world.beginTransaction();
  const outcome = runTransaction(site, body);
  site.world.endTransaction();
  return outcome;
}
