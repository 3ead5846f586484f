import { bytesToHex } from "@ghostchain/encoding";
import { createMetrics, createSilentLogger } from "@ghostchain/service";
import { describe, expect, it } from "vitest";
import { MemoryBackend } from "../test/memory-backend.ts";
import { setUp } from "../test/test-dispatcher.ts";
import { createRpcDispatcher } from "./dispatcher.ts";
import { method, required } from "./method.ts";
import { readText } from "./read/value.ts";
import { RpcSession } from "./session.ts";

const call = (id: unknown, name = "eth_chainId", params: unknown = []) => ({
  jsonrpc: "2.0",
  id,
  method: name,
  params,
});

describe("handleText", () => {
  const { dispatcher, session } = setUp();
  const say = async (text: string) => {
    const answer = await dispatcher.handleText(text, session);
    return answer === undefined ? undefined : JSON.parse(answer);
  };

  it("echoes an id as it came: number, text or null", async () => {
    for (const id of [0, 1, -5, 1.5, "x", "", null]) {
      const answer = await say(JSON.stringify(call(id)));
      expect(answer).toEqual({ jsonrpc: "2.0", id, result: "0x7a69" });
    }
  });

  it("answers text that is not JSON with -32700 and a null id", async () => {
    for (const text of ["", "{", "[1,", "undefined", '{"jsonrpc": "2.0"']) {
      const { id, error } = await say(text);
      expect([id, error.code]).toEqual([null, -32700]);
    }
  });

  it("answers what is not a request with -32600", async () => {
    const wrong: unknown[] = [
      1,
      "x",
      null,
      true,
      {},
      { ...call(1), jsonrpc: "1.0" },
      { ...call(1), jsonrpc: undefined },
      { ...call(1), method: 5 },
      call({}),
      call(true),
    ];
    for (const request of wrong) {
      const answer = await say(JSON.stringify(request));
      expect(answer.error.code, JSON.stringify(request)).toBe(-32600);
    }
  });

  it("keeps the id of a malformed request that has one", async () => {
    expect((await say('{"id":7,"method":5,"jsonrpc":"2.0"}')).id).toBe(7);
  });

  it("does not answer notifications, but acts on them", async () => {
    const backend = new MemoryBackend();
    const fresh = setUp({ backend });
    const text = JSON.stringify({ jsonrpc: "2.0", method: "evm_mine" });
    expect(await fresh.dispatcher.handleText(text, fresh.session)).toBeUndefined();
    expect(backend.head().block.header.number).toBe(1n);
    expect(await say('{"jsonrpc":"2.0","method":"no_such"}')).toBeUndefined();
    expect(await say('[{"jsonrpc":"2.0","method":"eth_chainId"}]')).toBeUndefined();
  });

  it("answers a batch in order, leaving notifications out", async () => {
    const batch = [call(1), { jsonrpc: "2.0", method: "eth_chainId" }, 5, call(2, "nope")];
    const answer = await say(JSON.stringify(batch));
    expect(answer.map((one: { id: unknown }) => one.id)).toEqual([1, null, 2]);
    expect(answer[1].error.code).toBe(-32600);
    expect(answer[2].error.code).toBe(-32601);
  });

  it("refuses an empty batch, and one above the limit, with a single -32600", async () => {
    expect((await say("[]")).error.code).toBe(-32600);
    const batch = JSON.stringify(Array.from({ length: 1_001 }, (_, id) => call(id)));
    expect((await say(batch)).error.code).toBe(-32600);
    const most = JSON.stringify(Array.from({ length: 1_000 }, (_, id) => call(id)));
    expect(await say(most)).toHaveLength(1_000);
  });

  it("refuses nesting no request needs, without parsing it", async () => {
    const deep = `${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`;
    const startMs = performance.now();
    const { error } = await say(deep);
    expect(error.code).toBe(-32600);
    expect(performance.now() - startMs).toBeLessThan(100);
  });

  it("takes parameters by position only", async () => {
    const { error } = await say(JSON.stringify(call(1, "eth_getBalance", { address: "0x" })));
    expect(error.code).toBe(-32602);
    expect(
      await say('{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":null}'),
    ).toHaveProperty("result");
  });

  it("does not take inherited names for methods", async () => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", ""]) {
      expect((await say(JSON.stringify(call(1, name)))).error.code).toBe(-32601);
    }
  });
});

describe("a response above the limit", () => {
  const { dispatcher, session } = setUp({
    limits: { responseBytes: 2_000 },
    methods: () => ({
      test_repeat: method([required("text", readText)], ([text]) => text.repeat(10)),
    }),
  });
  const say = async (request: unknown) =>
    JSON.parse((await dispatcher.handleText(JSON.stringify(request), session)) ?? "");

  it("becomes -32005", async () => {
    expect(await say(call(1, "test_repeat", ["x".repeat(10)]))).toHaveProperty("result");
    expect((await say(call(1, "test_repeat", ["x".repeat(300)]))).error.code).toBe(-32005);
  });

  it("fails only the items of a batch that do not fit any more", async () => {
    const batch = Array.from({ length: 10 }, (_, id) => call(id, "test_repeat", ["x".repeat(50)]));
    const answers = await say(batch);
    expect(answers).toHaveLength(10);
    expect(answers[0].result).toHaveLength(500);
    expect(answers[9].error.code).toBe(-32005);
    expect(answers[9].id).toBe(9);
  });
});

describe("errors", () => {
  it("tells nothing of one nobody foresaw", async () => {
    const { error } = setUp({
      methods: () => ({
        test_bug: method([], () => {
          throw new Error("a detail nobody should see");
        }),
      }),
    });
    expect(await error("test_bug")).toEqual({ code: -32603, message: "internal error" });
  });

  it("names the parameter that is wrong and what was expected", async () => {
    const { error } = setUp();
    const missing = await error("eth_getBalance");
    expect(missing).toEqual({
      code: -32602,
      message: "missing value for required argument 0 (address)",
    });
    const short = await error("eth_getBalance", "0x12");
    expect(short.message).toBe(
      'invalid argument 0 (address): expected an address: 0x and 40 hexadecimal digits, got "0x12"',
    );
    const nested = await error("eth_call", { to: "0x12" });
    expect(nested.message).toContain("invalid argument 0 (transaction).to: expected an address");
    const many = await error("eth_chainId", 1);
    expect(many.message).toBe("too many arguments, want at most 0");
  });
});

describe("dev methods", () => {
  it("do not exist where there is no dev chain", async () => {
    const { error, dispatcher } = setUp({ backend: new MemoryBackend({ dev: false }) });
    expect((await error("evm_mine")).code).toBe(-32601);
    expect(dispatcher.methods.has("anvil_setBalance")).toBe(false);
  });

  it("are closed to sessions that may not control the chain", async () => {
    const { dispatcher } = setUp();
    const session = new RpcSession({ mayControl: false });
    const refused = await dispatcher.handle(call(1, "evm_mine"), session);
    expect(refused).toMatchObject({ error: { code: -32601 } });
    const answered = await dispatcher.handle(call(1), session);
    expect(answered).toMatchObject({ result: "0x7a69" });
  });
});

describe("a batch", () => {
  it("begins neighbouring raw transactions together, and everything else in turn", async () => {
    const { backend, dispatcher, session } = setUp();
    const submit = backend.submit.bind(backend);
    let running = 0;
    let most = 0;
    backend.submit = async (encoded) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return await submit(encoded);
    };
    const send = (id: number) =>
      call(id, "eth_sendRawTransaction", [bytesToHex(backend.sign().encoded)]);
    const batch = [send(0), send(1), send(2), call(3, "txpool_status"), send(4)];
    const answer = await dispatcher.handleText(JSON.stringify(batch), session);
    const responses = JSON.parse(answer ?? "");
    expect(responses.map(({ id }: { id: number }) => id)).toEqual([0, 1, 2, 3, 4]);
    expect(responses[3].result.pending).toBe("0x3");
    expect(most).toBe(3);
  });
});

describe("metrics", () => {
  it("count requests by method and outcome, with one label for all unknown methods", async () => {
    const metrics = createMetrics({ processMetrics: false });
    const dispatcher = createRpcDispatcher({
      backend: new MemoryBackend(),
      logger: createSilentLogger(),
      metrics,
    });
    const session = new RpcSession({ mayControl: false });
    for (const name of ["eth_chainId", "eth_getBalance", "x1", "x2"]) {
      await dispatcher.handle(call(1, name), session);
    }
    const text = await metrics.metrics();
    expect(text).toContain('rpc_requests_total{method="eth_chainId",outcome="ok"} 1');
    expect(text).toContain('rpc_requests_total{method="eth_getBalance",outcome="error"} 1');
    expect(text).toContain('rpc_requests_total{method="unknown",outcome="error"} 2');
    expect(text).toContain("rpc_subscriptions 0");
  });
});

describe("close", () => {
  it("leaves no listener on the chain", () => {
    const { backend, dispatcher } = setUp();
    expect(backend.listenerCount()).toBeGreaterThan(0);
    dispatcher.close();
    expect(backend.listenerCount()).toBe(0);
  });
});
