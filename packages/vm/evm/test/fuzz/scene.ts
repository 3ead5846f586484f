import { type Address, addressOfWord } from "../../src/index.ts";

/** Who there is: a sender with ether, contracts that call one another, and accounts of every other kind. */
export const SENDER = addressOfWord(0xca11e4_0000n);
export const CONTRACTS: readonly Address[] = [0xc0de_0001n, 0xc0de_0002n, 0xc0de_0003n].map(
  addressOfWord,
);
/** Points to the code of the second contract (EIP-7702). */
export const DELEGATING = addressOfWord(0xde1e_0001n);
/** Has ether and no code. */
export const PLAIN = addressOfWord(0xe0a_0001n);
export const MISSING = addressOfWord(0xdead_0001n);
export const COINBASE = addressOfWord(0xc01_0001n);

/** SHA-256, RIPEMD-160 and identity: precompiles that need no particular input. */
const DIGESTS: readonly Address[] = [2n, 3n, 4n].map(addressOfWord);

export const ADDRESSES: readonly Address[] = [
  SENDER,
  ...CONTRACTS,
  ...CONTRACTS,
  DELEGATING,
  PLAIN,
  MISSING,
  COINBASE,
  ...DIGESTS,
];

export const BLOCK_NUMBER = 1000n;
export const BLOCK_TIMESTAMP = 1_700_000_000n;
export const BLOCK_GAS_LIMIT = 30_000_000n;
export const BASE_FEE_WEI = 7n;
export const DIFFICULTY = 0x20000n;
export const PREV_RANDAO = 0x5eed_5eedn;
export const BLOB_BASE_FEE_WEI = 3n;
export const GAS_PRICE_WEI = 11n;
