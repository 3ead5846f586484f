import { type Address, getAddress, numberToHex } from "viem";

/** Everyone there is. */
export const ACCOUNTS: readonly Address[] = Array.from({ length: 6 }, (_, i) =>
  getAddress(numberToHex(0xa0 + i, { size: 20 })),
);
