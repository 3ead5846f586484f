import { hashOfWord } from "@ghostchain/evm";
import { recoverMessageAddress, recoverTypedDataAddress } from "viem";
import { describe, expect, it } from "vitest";
import { OTHER, SENDER, succeed, TOPIC, transferLog } from "./memory-backend.ts";
import { setUp } from "./test-dispatcher.ts";

const UNKNOWN = hashOfWord(0xdeadbeefn);

/** A chain of two blocks after genesis; the second holds two transactions with logs. */
function withBlocks() {
  const world = setUp();
  const { backend } = world;
  backend.mine();
  const first = backend.sign();
  const second = backend.sign();
  const stored = backend.mine([
    { signed: first, logs: [transferLog(), transferLog()] },
    { signed: second, logs: [transferLog({ topics: [] })] },
  ]);
  return { ...world, first, second, stored };
}

describe("blocks", () => {
  const { result, stored, first, second } = withBlocks();

  it("gives a block by number, hash and tag, with hashes or whole transactions", async () => {
    const byNumber = await result("eth_getBlockByNumber", "0x2", false);
    expect(byNumber).toMatchObject({
      number: "0x2",
      hash: stored.hash,
      transactions: [first.hash, second.hash],
      uncles: [],
      withdrawals: [],
      baseFeePerGas: "0x3b9aca00",
      blobGasUsed: "0x0",
      requestsHash: expect.stringMatching(/^0x/),
    });
    expect(await result("eth_getBlockByHash", stored.hash, false)).toEqual(byNumber);
    expect(await result("eth_getBlockByNumber", "latest", false)).toEqual(byNumber);
    const full = await result("eth_getBlockByNumber", "0x2", true);
    expect(full.transactions[1]).toMatchObject({
      hash: second.hash,
      blockHash: stored.hash,
      blockNumber: "0x2",
      transactionIndex: "0x1",
      from: SENDER,
      type: "0x2",
      gasPrice: "0x77359400",
      maxFeePerGas: "0xb2d05e00",
    });
  });

  it("gives null for a block, transaction or receipt that is not there", async () => {
    expect(await result("eth_getBlockByNumber", "0x99", true)).toBeNull();
    expect(await result("eth_getBlockByHash", UNKNOWN, true)).toBeNull();
    expect(await result("eth_getBlockReceipts", UNKNOWN)).toBeNull();
    expect(await result("eth_getBlockTransactionCountByHash", UNKNOWN)).toBeNull();
    expect(await result("eth_getTransactionByHash", UNKNOWN)).toBeNull();
    expect(await result("eth_getTransactionReceipt", UNKNOWN)).toBeNull();
    expect(await result("eth_getTransactionByBlockNumberAndIndex", "0x2", "0x9")).toBeNull();
    expect(await result("eth_getUncleByBlockHashAndIndex", stored.hash, "0x0")).toBeNull();
  });

  it("does not settle what a pending block still may change", async () => {
    const pending = await result("eth_getBlockByNumber", "pending", true);
    expect(pending).toMatchObject({ hash: null, nonce: null });
    expect(pending.transactions[0].blockHash).toBeNull();
  });

  it("counts logs over the block", async () => {
    const receipts = await result("eth_getBlockReceipts", "0x2");
    const indexes = receipts.flatMap(({ logs }: { logs: { logIndex: string }[] }) =>
      logs.map(({ logIndex }) => logIndex),
    );
    expect(indexes).toEqual(["0x0", "0x1", "0x2"]);
    expect(await result("eth_getTransactionReceipt", second.hash)).toEqual(receipts[1]);
    expect(receipts[1]).toMatchObject({
      status: "0x1",
      cumulativeGasUsed: "0xa410",
      gasUsed: "0x5208",
      effectiveGasPrice: "0x77359400",
      contractAddress: null,
      to: OTHER,
      type: "0x2",
    });
    expect(receipts[1]).not.toHaveProperty("blobGasUsed");
  });

  it("counts transactions and ommers", async () => {
    expect(await result("eth_getBlockTransactionCountByNumber", "latest")).toBe("0x2");
    expect(await result("eth_getUncleCountByBlockNumber", "latest")).toBe("0x0");
  });
});

describe("a transaction that waits", () => {
  it("is seen without a place, in the pool and by hash", async () => {
    const { backend, result } = setUp();
    const waiting = backend.sign();
    backend.announce(waiting);
    expect(await result("eth_getTransactionByHash", waiting.hash)).toMatchObject({
      blockHash: null,
      blockNumber: null,
      transactionIndex: null,
      gasPrice: "0xb2d05e00",
    });
    expect(await result("eth_getTransactionReceipt", waiting.hash)).toBeNull();
    expect(await result("txpool_status")).toEqual({ pending: "0x1", queued: "0x0" });
    const { pending } = await result("txpool_contentFrom", SENDER);
    expect(pending["0"].hash).toBe(waiting.hash);
    const inspected = await result("txpool_inspect");
    expect(Object.values(Object.values(inspected.pending)[0] as object)[0]).toBe(
      "0x00000000000000000000000000000000000000AA: 1 wei + 21000 gas × 3000000000 wei",
    );
    const raw = await result("eth_getRawTransactionByHash", waiting.hash);
    expect(await result("debug_getRawTransaction", waiting.hash)).toBe(raw);
  });
});

describe("state", () => {
  const { backend, result, error } = setUp();
  backend.codes.set(OTHER, Uint8Array.of(0x60));
  backend.slots.set(`${OTHER}:1`, 255n);

  it("reads balances, nonces, code and storage", async () => {
    expect(await result("eth_getBalance", SENDER)).toBe("0x21e19e0c9bab2400000");
    expect(await result("eth_getBalance", UNKNOWN.slice(0, 42), "earliest")).toBe("0x0");
    expect(await result("eth_getTransactionCount", SENDER, "pending")).toBe("0x0");
    expect(await result("eth_getCode", OTHER)).toBe("0x60");
    expect(await result("eth_getCode", SENDER)).toBe("0x");
    const word = `0x${"0".repeat(62)}ff`;
    expect(await result("eth_getStorageAt", OTHER, "0x1", "latest")).toBe(word);
    const values = await result("eth_getStorageValues", { [OTHER]: ["0x1", "0x2"] });
    expect(values).toEqual({ [OTHER]: [word, `0x${"0".repeat(64)}`] });
  });

  it("echoes proof keys as they were written", async () => {
    const keys = ["0x0", `0x${"0".repeat(64)}`];
    const { storageProof } = await result("eth_getProof", SENDER, keys, "latest");
    expect(storageProof.map(({ key }: { key: string }) => key)).toEqual(keys);
    const tooMany = Array.from({ length: 1_025 }, () => "0x0");
    expect((await error("eth_getProof", SENDER, tooMany)).code).toBe(-32602);
  });

  it("answers -32001 for a block that is not there", async () => {
    for (const block of ["0x99", UNKNOWN, { blockHash: UNKNOWN }]) {
      expect((await error("eth_getBalance", SENDER, block)).code).toBe(-32001);
      expect((await error("eth_getProof", SENDER, [], block)).code).toBe(-32001);
      expect((await error("eth_call", { to: OTHER }, block)).code).toBe(-32001);
      expect((await error("eth_estimateGas", { to: OTHER }, block)).code).toBe(-32001);
    }
  });
});

describe("execution", () => {
  it("caps the gas of a call, and passes overrides on", async () => {
    const { backend, result } = setUp();
    const asked: unknown[] = [];
    backend.onCall = (request) => {
      asked.push(request);
      return succeed(request);
    };
    await result("eth_call", { to: OTHER, gas: "0xfffffffff", input: "0x01" });
    const state = { [OTHER]: { balance: "0x5", stateDiff: { "0x1": "0x2" } } };
    await result("eth_call", { to: OTHER }, "latest", state, { number: "0x9", time: "0x8" });
    expect(asked[0]).toMatchObject({ transaction: { gasLimit: 50_000_000n, to: OTHER } });
    expect(asked[1]).toMatchObject({
      stateOverrides: new Map([[OTHER, { balanceWei: 5n, stateDiff: new Map([[1n, 2n]]) }]]),
      blockOverrides: { number: 9n, timestamp: 8n },
    });
  });

  it("tells a revert with its data, and other ends by name", async () => {
    const { backend, error } = setUp();
    const data = Uint8Array.of(0xde, 0xad);
    backend.onCall = (request) => ({ ...succeed(request), halt: "revert", output: data });
    const reverted = { code: 3, message: "execution reverted", data: "0xdead" };
    expect(await error("eth_call", { to: OTHER })).toEqual(reverted);
    backend.codes.set(OTHER, data);
    expect(await error("eth_estimateGas", { to: OTHER })).toEqual(reverted);
    backend.onCall = (request) => ({ ...succeed(request), halt: "invalid_opcode" });
    const invalid = { code: -32000, message: "invalid opcode" };
    expect(await error("eth_call", { to: OTHER })).toEqual(invalid);
  });

  it("repeats an access list until it stays the same, and says when the call failed", async () => {
    const { backend, result } = setUp();
    const entry = { address: OTHER, storageKeys: [TOPIC] };
    let runs = 0;
    backend.onCall = (request) => {
      runs++;
      const accessList = request.transaction.accessList?.length ? [entry] : [{ ...entry }];
      return { ...succeed(request, 30_000n), accessList };
    };
    const expected = { accessList: [entry], gasUsed: "0x7530" };
    expect(await result("eth_createAccessList", { to: OTHER })).toEqual(expected);
    expect(runs).toBe(2);
    backend.onCall = (request) => ({ ...succeed(request), halt: "revert" });
    const failed = await result("eth_createAccessList", { to: OTHER });
    expect(failed.error).toBe("execution reverted");
  });
});

describe("eth_feeHistory", () => {
  it("weighs tips by gas, and looks one block ahead", async () => {
    const { backend, result } = setUp();
    const tipped = (wei: bigint, gasUsed: bigint) => ({
      signed: backend.sign({ maxFeePerGasWei: 10n ** 12n, maxPriorityFeePerGasWei: wei }),
      logs: [],
      gasUsed,
    });
    backend.mine([tipped(300n, 10_000n), tipped(100n, 80_000n), tipped(200n, 10_000n)]);
    backend.mine();
    const history = await result("eth_feeHistory", "0x5", "latest", [0, 79, 81, 95]);
    expect(history.oldestBlock).toBe("0x0");
    expect(history.reward[1]).toEqual(["0x64", "0x64", "0xc8", "0x12c"]);
    expect(history.reward[2]).toEqual(["0x0", "0x0", "0x0", "0x0"]);
    expect(history.baseFeePerGas).toHaveLength(4);
    expect(history.baseFeePerGas[3]).toBe("0x342770c0");
    expect(history.gasUsedRatio).toEqual([0, 100_000 / 150_000_000, 0]);
    expect(history.baseFeePerBlobGas).toEqual(["0x1", "0x1", "0x1", "0x1"]);
    expect(history.blobGasUsedRatio).toEqual([0, 0, 0]);
  });

  it("leaves rewards out unless percentiles are asked for", async () => {
    const { result, error } = setUp();
    expect(await result("eth_feeHistory", 1, "latest", [])).not.toHaveProperty("reward");
    expect((await result("eth_feeHistory", "0x0", "latest")).oldestBlock).toBe("0x0");
    expect((await error("eth_feeHistory", "0x1", "latest", [50, 10])).code).toBe(-32602);
    expect((await error("eth_feeHistory", "0x1", "latest", [101])).code).toBe(-32602);
    expect((await error("eth_feeHistory", "0x1", "0x99")).code).toBe(-32001);
  });
});

describe("eth_getLogs", () => {
  const { backend, result, error, stored, first } = withBlocks();
  const range = { fromBlock: "earliest", toBlock: "latest" };

  it("finds by address, topic, block hash and range", async () => {
    expect(await result("eth_getLogs", range)).toHaveLength(3);
    expect(await result("eth_getLogs", {})).toHaveLength(3);
    expect(await result("eth_getLogs", { ...range, address: OTHER })).toHaveLength(3);
    expect(await result("eth_getLogs", { ...range, address: SENDER })).toHaveLength(0);
    const byTopic = await result("eth_getLogs", { blockHash: stored.hash, topics: [TOPIC] });
    expect(byTopic).toHaveLength(2);
    expect(byTopic[1]).toEqual({
      address: OTHER,
      topics: [TOPIC],
      data: "0x01",
      blockNumber: "0x2",
      blockHash: stored.hash,
      blockTimestamp: expect.any(String),
      transactionHash: first.hash,
      transactionIndex: "0x0",
      logIndex: "0x1",
      removed: false,
    });
  });

  it("refuses a range that ends after the head, or before it begins", async () => {
    const future = await error("eth_getLogs", { fromBlock: "0x1", toBlock: "0x9" });
    expect(future.code).toBe(-32602);
    expect(future.message).toContain("block range extends beyond current head block");
    expect((await error("eth_getLogs", { fromBlock: "0x2", toBlock: "0x1" })).code).toBe(-32602);
    expect(await result("eth_getLogs", { fromBlock: "0x9" })).toEqual([]);
    expect((await error("eth_getLogs", { blockHash: UNKNOWN })).code).toBe(-32001);
  });

  it("does not look into blocks whose bloom says no", async () => {
    const receipts = backend.receipts.bind(backend);
    let looked = 0;
    backend.receipts = (hash) => {
      looked++;
      return receipts(hash);
    };
    await result("eth_getLogs", { ...range, topics: [hashOfWord(99n)] });
    expect(looked).toBe(0);
    await result("eth_getLogs", { ...range, topics: [TOPIC] });
    expect(looked).toBe(1);
  });

  it("limits blocks and results", async () => {
    const small = setUp({ limits: { logResults: 2, logRangeBlocks: 2n } });
    const many = small.backend.sign();
    small.backend.mine([{ signed: many, logs: Array(3).fill(transferLog()) }]);
    const tooMany = await small.error("eth_getLogs", {});
    expect(tooMany).toEqual({ code: -32005, message: "query returned more than 2 results" });
    small.backend.mine();
    expect((await small.error("eth_getLogs", range)).code).toBe(-32005);
  });
});

describe("accounts", () => {
  const { backend, result, error } = setUp();

  it("signs text and typed data so that others recover the account", async () => {
    const signature = await result("eth_sign", SENDER, "0x6869");
    const recovered = await recoverMessageAddress({ message: "hi", signature });
    expect(recovered.toLowerCase()).toBe(SENDER);
    expect(await result("personal_sign", "0x6869", SENDER)).toBe(signature);
    const data = {
      types: { Note: [{ name: "text", type: "string" }] },
      primaryType: "Note" as const,
      domain: { name: "Ghost", chainId: 31_337 },
      message: { text: "boo" },
    };
    const typed = await result("eth_signTypedData_v4", SENDER, JSON.stringify(data));
    const signer = await recoverTypedDataAddress({ ...data, signature: typed });
    expect(signer.toLowerCase()).toBe(SENDER);
    expect((await error("eth_sign", OTHER, "0x")).message).toContain("unknown account");
  });

  it("sends raw transactions, and names the rule one breaks", async () => {
    const raw = await result("eth_signTransaction", { from: SENDER, to: OTHER, gas: "0x5208" });
    const hash = await result("eth_sendRawTransaction", raw);
    expect(backend.submitted[0]?.hash).toBe(hash);
    const broken = await error("eth_sendRawTransaction", "0x02c0");
    expect(broken).toMatchObject({ code: -32003, data: "TRANSACTION_MALFORMED" });
  });

  it("fills a transaction without signing it", async () => {
    const { raw, tx } = await result("eth_fillTransaction", { from: SENDER, to: OTHER });
    expect(raw).toMatch(/^0x02/);
    expect(tx).toMatchObject({ from: SENDER, gas: "0x5208", chainId: "0x7a69", r: "0x0" });
    const legacy = await result("eth_fillTransaction", { from: SENDER, gasPrice: "0x1" });
    expect(legacy.tx).toMatchObject({ type: "0x0", gasPrice: "0x1", to: null });
  });

  it("needs to know who sends", async () => {
    const { code, message } = await error("eth_sendTransaction", { to: OTHER });
    expect([code, message]).toEqual([
      -32602,
      "invalid argument 0 (transaction): from: the sender must be named",
    ]);
  });
});

describe("the node", () => {
  const { backend, result } = setUp();

  it("introduces itself", async () => {
    expect(await result("web3_clientVersion")).toBe("GhostChain/test");
    expect(await result("net_version")).toBe("31337");
    expect(await result("eth_syncing")).toBe(false);
    expect(await result("web3_sha3", "0x")).toBe(
      "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    );
    expect(await result("rpc_modules")).toMatchObject({ eth: "1.0", net: "1.0", anvil: "1.0" });
    const capable = await result("eth_capabilities");
    expect(capable.head).toEqual({ number: "0x0", hash: backend.head().hash });
    expect(capable.state).toEqual({ disabled: false, oldestBlock: "0x0" });
    expect(await result("hardhat_metadata")).toMatchObject({ chainId: 31_337 });
  });
});
