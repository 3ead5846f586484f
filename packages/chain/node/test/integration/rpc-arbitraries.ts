import fc from "fast-check";

/** What a chain has, for requests to ask about. */
export interface Known {
  readonly addresses: readonly string[];
  readonly hashes: readonly string[];
}

type Params = fc.Arbitrary<unknown[]>;

/**
 * Makes lists of parameters, given their names: mostly values that fit, some that do not, sometimes too few.
 */
export function parameterValues(known: Known): (names: readonly string[]) => Params {
  const fitting = fittingValues(known);
  return (names) => {
    const values = names.map((name) =>
      fc.oneof(
        { weight: 9, arbitrary: fitting[name] ?? fc.constant(undefined) },
        { weight: 1, arbitrary: fc.jsonValue() },
      ),
    );
    return fc
      .tuple(fc.tuple(...values), fc.integer({ min: 0, max: 20 }))
      .map(([given, cut]) => (cut < 2 ? given.slice(0, cut) : given));
  };
}

function fittingValues(known: Known): Record<string, fc.Arbitrary<unknown>> {
  const address = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known.addresses) },
    hexOf(20),
    fc.integer({ min: 0, max: 0x11 }).map((low) => `0x${low.toString(16).padStart(40, "0")}`),
  );
  const hash = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known.hashes) }, hexOf(32));
  const data = fc.uint8Array({ maxLength: 80 }).map(toHex);
  const blockNumber = fc.oneof(fc.constantFrom(...TAGS), small);
  const block = fc.oneof(blockNumber, hash, fc.record({ blockHash: hash }));
  const transaction = anyTransaction(address, hash, data);
  const flag = fc.boolean();
  return {
    ...{ address, account: address, transaction, block, newestBlock: blockNumber },
    ...{ transactionHash: hash, blockHash: hash, message: data, data, code: data },
    ...{ enabled: flag, hydrated: flag, isFull: flag, slot: word, value: word, index: small },
    ...{ rawTransaction: data, state: data, filterId: small, subscriptionId: small },
    ...{ nonce: small, balance: word, amount: small, gasPrice: word, baseFeePerGas: word },
    ...{ prevRandao: hexOf(32), gasLimit: word, depth: few, blocks: few, blockCount: few },
    ...{ seconds: few, intervalSeconds: few, timestamp: fc.nat(), threads: few, snapshotId: few },
    kind: fc.constantFrom("newHeads", "logs", "newPendingTransactions", "syncing"),
    rewardPercentiles: fc
      .array(fc.integer({ min: 0, max: 100 }))
      .map((list) => list.sort((a, b) => a - b)),
    storageKeys: fc.array(word, { maxLength: 3 }),
    requests: fc.dictionary(address, fc.array(word, { maxLength: 3 }), { maxKeys: 3 }),
    filter: anyFilter(address, hash, blockNumber),
    stateOverrides: fc.option(anyOverrides(address, data), { nil: undefined }),
    blockOverrides: fc.option(anyBlockOverride(address), { nil: undefined }),
    typedData: anyTypedData(address),
    transactions: fc.array(fc.tuple(data, few), { maxLength: 2 }),
  };
}

const TAGS = ["latest", "pending", "earliest", "safe", "finalized"] as const;

const few = fc.integer({ min: 0, max: 5 });
const small = few.map((value) => `0x${value.toString(16)}`);
const word = fc
  .oneof(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.bigInt({ min: 0n, max: 100_000n }))
  .map((value) => `0x${value.toString(16)}`);

function hexOf(sizeBytes: number): fc.Arbitrary<string> {
  return fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes }).map(toHex);
}

function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

function anyTransaction(
  address: fc.Arbitrary<string>,
  hash: fc.Arbitrary<string>,
  data: fc.Arbitrary<string>,
): fc.Arbitrary<object> {
  const authorization = fc.record({
    address,
    chainId: small,
    nonce: small,
    yParity: small,
    r: word,
  });
  const shared = {
    to: fc.option(address),
    gas: fc.constantFrom("0x5208", "0x100000", "0xffffffffffff", "0x1"),
    value: fc.constantFrom("0x0", "0x1", "0xde0b6b3a7640000", `0x${"f".repeat(64)}`),
    data,
    nonce: small,
    accessList: fc.array(fc.record({ address, storageKeys: fc.array(hexOf(32)) })),
  };
  const market = {
    ...shared,
    maxFeePerGas: fc.constantFrom("0xffffffffff", "0x0", `0x${"f".repeat(64)}`),
    maxFeePerBlobGas: word,
    blobVersionedHashes: fc.array(hash, { maxLength: 2 }),
    authorizationList: fc.array(authorization, { maxLength: 2 }),
  };
  const optional = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record({ from: address, ...fields } as Record<string, fc.Arbitrary<unknown>>, {
      requiredKeys: ["from"],
    });
  return fc.oneof(optional(shared), optional(market), optional({ ...shared, gasPrice: word }));
}

function anyFilter(
  address: fc.Arbitrary<string>,
  hash: fc.Arbitrary<string>,
  blockNumber: fc.Arbitrary<string>,
): fc.Arbitrary<object> {
  const topics = fc.array(fc.oneof(hash, fc.constant(null), fc.array(hash)), { maxLength: 4 });
  const shared = { address: fc.oneof(address, fc.array(address)), topics };
  const range = { ...shared, fromBlock: blockNumber, toBlock: blockNumber };
  const requiredKeys: [] = [];
  return fc.oneof(
    fc.record(range, { requiredKeys }),
    fc.record({ ...shared, blockHash: hash }, { requiredKeys }),
  );
}

function anyOverrides(
  address: fc.Arbitrary<string>,
  data: fc.Arbitrary<string>,
): fc.Arbitrary<object> {
  const slots = fc.dictionary(word, word, { maxKeys: 2 });
  const account = fc.record(
    { balance: word, nonce: small, code: data, stateDiff: slots },
    { requiredKeys: [] },
  );
  return fc.dictionary(address, account, { maxKeys: 2 });
}

function anyBlockOverride(address: fc.Arbitrary<string>): fc.Arbitrary<object> {
  return fc.record(
    {
      number: small,
      time: small,
      gasLimit: small,
      feeRecipient: address,
      prevRandao: hexOf(32),
      baseFeePerGas: word,
      blobBaseFee: word,
    },
    { requiredKeys: [] },
  );
}

function anyTypedData(address: fc.Arbitrary<string>): fc.Arbitrary<object> {
  const type = fc.constantFrom("uint256", "int8", "bytes", "bytes4", "string", "bool", "Other[]");
  return fc.record({
    types: fc.record({
      Main: fc.array(fc.record({ name: fc.constantFrom("a", "b"), type }), { maxLength: 2 }),
      Other: fc.constant([{ name: "who", type: "address" }]),
    }),
    primaryType: fc.constantFrom("Main", "Other"),
    domain: fc.constant({ name: "fuzz" }),
    message: fc.record({ a: fc.jsonValue(), b: word, who: address }),
  });
}
