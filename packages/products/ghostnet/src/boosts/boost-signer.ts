import { randomBytes } from "node:crypto";
import { ghostCoreAbi } from "@ghostchain/contracts";
import type { Sql } from "@ghostchain/database";
import type { Clock } from "@ghostchain/service";
import {
  type Address,
  BaseError,
  createPublicClient,
  type Hex,
  isAddressEqual,
  type PublicClient,
  type Transport,
  toHex,
} from "viem";
import { GhostnetError } from "../ghostnet-error.ts";
import type { BoostKeys } from "./boost-keys.ts";

/** As the API answers it, and as `GhostCore.applyBoost` takes it. */
export interface SignedBoost {
  readonly type: number;
  readonly valueBps: number;
  /** Seconds since the Unix epoch. */
  readonly expiry: number;
  readonly nonce: Hex;
  readonly signature: Hex;
}

export interface BoostSigner {
  /**
   * @throws {GhostnetError} `BOOST_SIGNER_MISSING`, `BOOST_SIGNER_UNREADABLE`
   */
  sign(sql: Sql, boost: { user: Address; type: number; valueBps: number }): Promise<SignedBoost>;
}

export interface BoostSignerDeps {
  readonly keys: BoostKeys;
  /** To the chain that the contract is on. */
  readonly transport: Transport;
  readonly clock: Clock;
}

export interface BoostSignerSettings {
  readonly chainId: number;
  readonly ghostCore: Address;
}

/** EIP-712, as GhostCore checks it. */
export const BOOST_TYPES = {
  Boost: [
    { name: "user", type: "address" },
    { name: "boostType", type: "uint8" },
    { name: "valueBps", type: "uint16" },
    { name: "expiry", type: "uint64" },
    { name: "nonce", type: "bytes32" },
  ],
} as const;

const LIFETIME_SECONDS = 3_600;
const TRUSTED_FRESH_MS = 3_000;
const READ_TIMEOUT_MS = 5_000;

/**
 * Signs boosts with whichever of its keys the contract trusts at that moment, so that the key is changed without a
 * pause: add the new key to the file, call `setBoostSigner`, take the old key out.
 */
export function createBoostSigner(
  deps: BoostSignerDeps,
  settings: BoostSignerSettings,
): BoostSigner {
  return new KeyedSigner(deps, settings);
}

interface Trusted {
  readonly address: Address;
  readonly readAtMs: number;
  /** What the indexed `BoostSignerUpdated` said then. */
  readonly indexed: string | undefined;
}

class KeyedSigner implements BoostSigner {
  readonly #deps: BoostSignerDeps;
  readonly #settings: BoostSignerSettings;
  readonly #client: PublicClient;
  #trusted: Trusted | undefined;
  #reading: Promise<Trusted> | undefined;

  constructor(deps: BoostSignerDeps, settings: BoostSignerSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#client = createPublicClient({ transport: deps.transport, cacheTime: 0 });
  }

  async sign(
    sql: Sql,
    { user, type, valueBps }: { user: Address; type: number; valueBps: number },
  ): Promise<SignedBoost> {
    const { chainId, ghostCore } = this.#settings;
    const trusted = await this.#trustedNow(sql);
    const accounts = await this.#deps.keys.accounts();
    const account = accounts.find(({ address }) => isAddressEqual(address, trusted));
    if (account === undefined) throw signerMissing();
    const expiry = Math.floor(this.#deps.clock.now() / 1_000) + LIFETIME_SECONDS;
    const nonce = toHex(randomBytes(32));
    const signature = await account.signTypedData({
      domain: { name: "GHOSTNET", version: "1", chainId, verifyingContract: ghostCore },
      types: BOOST_TYPES,
      primaryType: "Boost",
      message: { user, boostType: type, valueBps, expiry: BigInt(expiry), nonce },
    });
    return { type, valueBps, expiry, nonce, signature };
  }

  /** Asked of the contract every few seconds, and whenever the indexed event says that it changed. */
  async #trustedNow(sql: Sql): Promise<Address> {
    const [game] = await sql.query<{ boost_signer: string | null }>(
      "SELECT boost_signer FROM ghostnet.game",
      [],
    );
    const indexed = game?.boost_signer ?? undefined;
    const known = this.#trusted;
    const ageMs = known === undefined ? 0 : Math.abs(this.#deps.clock.now() - known.readAtMs);
    if (known?.indexed === indexed && known && ageMs < TRUSTED_FRESH_MS) return known.address;
    this.#reading ??= this.#read(indexed).finally(() => {
      this.#reading = undefined;
    });
    return (await this.#reading).address;
  }

  async #read(indexed: string | undefined): Promise<Trusted> {
    const { clock } = this.#deps;
    const done = new AbortController();
    const asked = this.#client.readContract({
      address: this.#settings.ghostCore,
      abi: ghostCoreAbi,
      functionName: "boostSigner",
    });
    const late = clock.sleep(READ_TIMEOUT_MS, done.signal).then(() => {
      throw new Error(`no answer within ${READ_TIMEOUT_MS} ms`);
    });
    try {
      const address = await Promise.race([asked, late]);
      this.#trusted = { address, readAtMs: clock.now(), indexed };
      return this.#trusted;
    } catch (error) {
      // not as its cause: viem quotes the URL, which may hold a password
      const reason = error instanceof BaseError ? error.shortMessage : String(error);
      throw new GhostnetError(
        { code: "BOOST_SIGNER_UNREADABLE", status: 503, reason },
        "the chain does not say just now who may sign boosts: hand the game in again shortly",
      );
    } finally {
      done.abort();
      // whichever lost the race is nobody's concern
      asked.catch(() => {});
      late.catch(() => {});
    }
  }
}

function signerMissing(): GhostnetError {
  return new GhostnetError(
    { code: "BOOST_SIGNER_MISSING", status: 503 },
    "this server has no key that the game's contract trusts for boosts: its operator must add it",
  );
}

/** For a server that was given no key: it plays on, but can sign nothing. */
export const noBoostSigner: BoostSigner = {
  async sign() {
    throw signerMissing();
  },
};
