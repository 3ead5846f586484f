import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { createDevChain, type DevChain } from "@ghostchain/node";
import { createPublicClient } from "viem";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { transportTo } from "../../src/chain.ts";

describe("a chain behind a WebSocket", () => {
  let chain: DevChain;
  let port: number;
  beforeEach(async () => {
    chain = await createDevChain({ rpcPort: 0 });
    port = Number(new URL(chain.rpcUrl ?? "").port);
  });
  afterEach(() => chain.stop());

  it("keeps the key in its URL to itself while it is away", async () => {
    await chain.stop();
    const url = `ws://user:sekret@127.0.0.1:${port}/sekret`;
    const asked = createPublicClient({ transport: transportTo([url]) }).getChainId();
    const fault = await asked.catch((error: unknown) => error);
    expect(inspect(fault, { depth: 9 })).toContain(`ws://127.0.0.1:${port}`);
    expect(inspect(fault, { depth: 9 })).not.toContain("sekret");
  });

  it("is asked again as soon as it is back, however long it was away", async () => {
    const client = createPublicClient({ transport: transportTo([`ws://127.0.0.1:${port}`]) });
    const printed = vi.spyOn(console, "error");
    expect(await client.getChainId()).toBe(31_337);
    await chain.stop();
    await expect(client.getChainId()).rejects.toThrow();
    await sleep(1_500);
    chain = await createDevChain({ rpcPort: port });
    const atMs = performance.now();
    expect(await client.getChainId()).toBe(31_337);
    expect(performance.now() - atMs).toBeLessThan(1_000);
    expect(printed).not.toHaveBeenCalled();
  });
});
