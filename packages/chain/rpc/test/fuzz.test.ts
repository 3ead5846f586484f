import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OTHER, SENDER } from "./memory-backend.ts";
import { setUp } from "./test-dispatcher.ts";

/** What -32603 would hide: an error nobody foresaw. */
const INTERNAL = -32603;
const ANSWER_WITHIN_MS = 1_000;

const { dispatcher, session, backend } = setUp();
backend.mine([{ signed: backend.sign(), logs: [] }]);
const known = backend.head().transactionHashes[0];

const hex = fc.oneof(
  fc.constantFrom("0x", "0x0", "0x00", "0x1", "0xg", "0X1", "", "1", known, SENDER, OTHER),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => `0x${Buffer.from(bytes).toString("hex")}`),
  fc.bigInt({ min: 0n, max: 2n ** 270n }).map((value) => `0x${value.toString(16)}`),
);
const fieldName = fc.constantFrom(
  ...["from", "to", "gas", "gasPrice", "value", "data", "input", "nonce", "type", "accessList"],
  ...[
    "maxFeePerGas",
    "authorizationList",
    "fromBlock",
    "toBlock",
    "blockHash",
    "address",
    "topics",
  ],
  ...["blockNumber", "types", "primaryType", "domain", "message", "state", "stateDiff", "balance"],
  ...["__proto__", "constructor", "blocks", "timestamp", "storageKeys", SENDER],
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    hex,
    fc.constantFrom("latest", "pending", "earliest", "newHeads", "logs", null, true, false),
    fc.integer({ min: -5, max: 50 }),
    fc.double(),
    fc.string({ maxLength: 10 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(fieldName, tie("value")), { maxLength: 5 }).map(Object.fromEntries),
  ),
}));

async function expectAnswer(text: string): Promise<void> {
  const startMs = performance.now();
  const answer = await dispatcher.handleText(text, session);
  expect(performance.now() - startMs, text).toBeLessThan(ANSWER_WITHIN_MS);
  if (answer === undefined) return;
  const responses = [JSON.parse(answer)].flat();
  for (const { error } of responses) {
    if (!error) continue;
    expect(error.code, `${text} → ${error.message}`).not.toBe(INTERNAL);
    expect(error.message).not.toMatch(/\.ts:\d|at .*\(/);
  }
}

describe("whatever is sent", () => {
  it("every method answers any parameters with a result or a foreseen error", async () => {
    const methods = fc.constantFrom(...dispatcher.methods.keys());
    const params = fc.array(value, { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(methods, params, async (method, given) => {
        await expectAnswer(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: given }));
      }),
      { numRuns: 5_000 },
    );
  });

  it("any JSON is answered", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 5 }), async (text) => expectAnswer(text)),
      { numRuns: 1_000 },
    );
  });

  it("any text is answered", async () => {
    const cut = fc.tuple(fc.json(), fc.nat(200)).map(([text, length]) => text.slice(0, length));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: "binary" }), cut), async (text) =>
        expectAnswer(text),
      ),
      { numRuns: 1_000 },
    );
  });

  it("no request changes what objects inherit", async () => {
    const pollution = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":1}}}';
    for (const method of dispatcher.methods.keys()) {
      const text = `{"jsonrpc":"2.0","id":1,"method":"${method}","params":[${pollution},${pollution},${pollution},${pollution}]}`;
      await expectAnswer(text);
      await expectAnswer(text.replace(/,\{.*\}\]/, "]"));
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
