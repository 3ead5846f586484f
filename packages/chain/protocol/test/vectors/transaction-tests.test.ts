import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { hexToBytes } from "@ghostchain/encoding";
import type { Hardfork } from "@ghostchain/evm";
import { listVectorFiles, testVectors, VECTOR_HARDFORKS } from "@ghostchain/tools/vectors";
import { expect } from "vitest";
import {
  checkTransaction,
  encodeTransaction,
  intrinsicGas,
  openTransaction,
  ProtocolError,
} from "../../src/index.ts";

interface Outcome {
  readonly exception?: string;
  readonly hash?: string;
  readonly sender?: string;
  readonly intrinsicGas: string;
}

interface TransactionCase {
  readonly txbytes: string;
  readonly result: Record<string, Outcome>;
}

const HARDFORKS: Record<string, Hardfork> = VECTOR_HARDFORKS;

/** Origin: ethereum/tests, TransactionTests. Each case says what becomes of some bytes under each fork. */
testVectors("TransactionTests", "ethereum/TransactionTests", (directory, tally) => {
  for (const file of listVectorFiles(directory)) {
    const cases: Record<string, TransactionCase> = JSON.parse(readFileSync(file, "utf8"));
    for (const [name, { txbytes, result }] of Object.entries(cases)) {
      for (const [fork, outcome] of Object.entries(result)) {
        tally.check(`${basename(file)} ${name} ${fork}`, () => {
          const hardfork = HARDFORKS[fork];
          if (hardfork === undefined) throw new Error(`no rules for ${fork}`);
          check(hexToBytes(txbytes), hardfork, outcome);
        });
      }
    }
  }
});

function check(encoded: Uint8Array, hardfork: Hardfork, outcome: Outcome): void {
  const open = () => {
    const opened = openTransaction(encoded, hardfork);
    checkTransaction(opened.transaction, { hardfork, chainId: 1n });
    return opened;
  };
  if (outcome.exception !== undefined) {
    expect(codeOf(open)).toMatch(expectedCode(outcome.exception));
    return;
  }
  const { transaction, hash, sender } = open();
  expect(hash).toBe(outcome.hash);
  expect(sender).toBe(outcome.sender);
  expect(intrinsicGas(transaction, hardfork)).toBe(BigInt(outcome.intrinsicGas));
  expect(encodeTransaction(transaction)).toEqual(encoded);
}

/**
 * Our code for the rule that the vector names. Encoding has one code, and comes before all other rules. Of a name that
 * is not listed only the refusal counts.
 */
function expectedCode(exception: string): RegExp {
  for (const [name, code] of CODES) if (name.test(exception)) return code;
  return /^TRANSACTION_/;
}

const CODES: readonly (readonly [RegExp, RegExp])[] = [
  [/INTRINSIC_GAS_TOO_LOW/, /^TRANSACTION_GAS_TOO_LOW$/],
  [/INVALID_CHAINID/, /^TRANSACTION_(CHAIN_ID_WRONG|SIGNATURE_INVALID)$/],
  [/INVALID_SIGNATURE_VRS|EC_RECOVERY_FAIL/, /^TRANSACTION_(SIGNATURE_INVALID|MALFORMED)$/],
  [/NONCE_TOO_BIG/, /^TRANSACTION_NONCE_MAXIMUM$/],
  [/PRIORITY_GREATER/, /^TRANSACTION_TIP_ABOVE_FEE$/],
  [/GASLIMIT_PRICE_PRODUCT_OVERFLOW/, /^TRANSACTION_COST_OVERFLOW$/],
  [/INITCODE_SIZE/, /^TRANSACTION_INIT_CODE_TOO_LARGE$/],
  [/TYPE_NOT_SUPPORTED/, /^TRANSACTION_(TYPE_UNSUPPORTED|MALFORMED)$/],
  [/RLP|OVERFLOW|ADDRESS_TOO/, /^TRANSACTION_MALFORMED$/],
];

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  return "accepted";
}
