import { readFile } from "node:fs/promises";
import { createFileOnce, type Logger, systemClock, WatchedFile } from "@ghostchain/service";
import type { Address, Hex } from "viem";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { GhostnetError } from "../ghostnet-error.ts";

/** The keys that boosts may be signed with; the contract says with which of them. */
export interface BoostKeys {
  /** Of all keys there are now, the one to begin with first. */
  accounts(): Promise<readonly PrivateKeyAccount[]>;
}

const KEYS_MAX = 16;
const KEY = /^(0x)?[0-9a-fA-F]{64}$/;

/**
 * One key, as from an environment variable that `where` names.
 *
 * @throws {GhostnetError} `BOOST_KEYS_INVALID`, without the key
 */
export function boostKeysOf(privateKey: string, where: string): BoostKeys {
  const account = readKey(privateKey.trim(), where);
  return { accounts: async () => [account] };
}

/**
 * Keys from a file: one a line, in hexadecimal; empty lines and lines that begin with `#` are skipped. A file that
 * changes is read again, at the latest when the next boost is signed; one that cannot be read then changes nothing.
 *
 * @throws {GhostnetError} `BOOST_KEYS_INVALID`, without what the file contains
 */
export async function openBoostKeys(
  { logger }: { logger: Logger },
  path: string,
): Promise<BoostKeys> {
  const file = await WatchedFile.open(path, {
    clock: systemClock,
    read: readKeyFile,
    onRead: ({ length }) =>
      logger.info({ path, keys: length }, "the boost signer's keys were read again"),
    onBroken(error) {
      const reason = error instanceof GhostnetError ? error.message : "it cannot be read";
      logger.warn(
        { path, reason },
        "the boost signer's key file is no longer valid; keeping its keys",
      );
    },
  });
  return {
    async accounts() {
      await file.look();
      return file.value;
    },
  };
}

/** Makes the file with one new key, for its owner alone, where it is absent; others that do so agree on one. */
export async function ensureBoostKeyFile(path: string): Promise<void> {
  const text = `# signs boosts; see GhostCore.setBoostSigner\n${generatePrivateKey()}\n`;
  await createFileOnce(path, text);
}

async function readKeyFile(path: string): Promise<readonly PrivateKeyAccount[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
    throw invalid(path, `it cannot be read (${code})`);
  });
  const accounts = text.split("\n").flatMap((line, index) => {
    const key = line.trim();
    return key === "" || key.startsWith("#") ? [] : [readKey(key, `${path}, line ${index + 1}`)];
  });
  if (accounts.length === 0) throw invalid(path, "it holds no key");
  if (accounts.length > KEYS_MAX) throw invalid(path, `it holds more than ${KEYS_MAX} keys`);
  return accounts;
}

function readKey(text: string, where: string): PrivateKeyAccount {
  if (!KEY.test(text)) throw invalid(where, "64 hexadecimal digits are expected");
  const key: Hex = `0x${text.replace(/^0x/, "")}`;
  try {
    return privateKeyToAccount(key);
  } catch {
    // what viem says of it may quote it
    throw invalid(where, "this is no key of secp256k1");
  }
}

function invalid(where: string, reason: string): GhostnetError {
  return new GhostnetError(
    { code: "BOOST_KEYS_INVALID", where, reason },
    `the boost signer's key in ${where} is not valid: ${reason}`,
  );
}

/** The addresses that the contract may trust for us to sign. */
export async function boostAddresses(keys: BoostKeys): Promise<Address[]> {
  return (await keys.accounts()).map(({ address }) => address);
}
