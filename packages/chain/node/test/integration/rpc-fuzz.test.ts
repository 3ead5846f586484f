import { createRpcDispatcher, RpcSession } from "@ghostchain/rpc";
import { createSilentLogger } from "@ghostchain/service";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { parameterValues } from "./rpc-arbitraries.ts";
import { deployCounter, startChain } from "./rpc-fixture.ts";

/** An error nobody foresaw. */
const INTERNAL = -32603;
/** A call may use all the gas that a call may have. */
const ANSWER_WITHIN_MS = 15_000;

describe("whatever a node is asked", () => {
  it("it answers with a result or a foreseen error, in time", async () => {
    const world = await startChain();
    const counter = await deployCounter(world);
    const { node } = world.chain;
    const logger = createSilentLogger();
    const dispatcher = createRpcDispatcher({ backend: node.backend, logger });
    onTestFinished(() => dispatcher.close());
    const session = new RpcSession({ mayControl: true, notify: () => undefined });
    const values = parameterValues({
      addresses: [counter, world.alice.address, world.bob.address],
      hashes: [node.backend.head().hash, ...node.backend.head().transactionHashes],
    });
    const request = fc.constantFrom(...dispatcher.methods).chain(([method, { parameters }]) =>
      fc.record({
        jsonrpc: fc.constant("2.0"),
        id: fc.nat(),
        method: fc.constant(method),
        params: values(parameters.map(({ name }) => name)),
      }),
    );
    const answered = new Set<string>();
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        const startMs = performance.now();
        const response = await dispatcher.handle(asked, session);
        expect(performance.now() - startMs).toBeLessThan(ANSWER_WITHIN_MS);
        if (response && "result" in response) answered.add(asked.method);
        if (response && "error" in response) {
          expect(response.error.code, response.error.message).not.toBe(INTERNAL);
        }
      }),
      { numRuns: 5_000 },
    );
    // Most requests must get past their parameters, or this would prove little.
    expect(answered.size).toBeGreaterThan(dispatcher.methods.size * 0.8);
  }, 120_000);
});
