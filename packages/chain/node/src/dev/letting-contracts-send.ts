import { EMPTY_BYTES } from "@ghostchain/encoding";
import type { Address, Evm, World } from "@ghostchain/evm";

/**
 * A machine in whose worlds some accounts have no code as long as no transaction is running. Whether a sender is
 * an account with a key is asked just then (EIP-3607), so that these may send; to whatever runs they are contracts.
 */
export function lettingContractsSend(evm: Evm, maySend: (address: Address) => boolean): Evm {
  return {
    hardfork: evm.hardfork,
    run: (world, block, transaction, message) => evm.run(world, block, transaction, message),
    createWorld: (state) => hideCodeBetweenTransactions(evm.createWorld(state), maySend),
  };
}

/** The world itself, because a machine takes none but its own. */
function hideCodeBetweenTransactions(world: World, hides: (address: Address) => boolean): World {
  const code = world.code.bind(world);
  const begin = world.beginTransaction.bind(world);
  const end = world.endTransaction.bind(world);
  let isRunning = false;
  return Object.assign(world, {
    code: (address: Address) => (!isRunning && hides(address) ? EMPTY_BYTES : code(address)),
    beginTransaction() {
      isRunning = true;
      begin();
    },
    endTransaction() {
      end();
      isRunning = false;
    },
  });
}
