import { type RunningGhost, startGhost } from "@ghostchain/ghost";
import { createGhostClient } from "@ghostchain/sdk";
import { type Address, createWalletClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guestbook, guestbookAbi } from "./guestbook.ts";

describe("the guestbook", () => {
  let ghost: RunningGhost;
  beforeAll(async () => {
    ghost = await startGhost({ products: [guestbook] });
  }, 60_000);
  afterAll(() => ghost?.stop());

  it("shows what was written on the chain, and forgets what was erased", async () => {
    await write("sign", ["hello"]);
    await write("sign", ["by mistake"]);
    await write("erase", [2n]);
    await expect.poll(messages).toEqual(["hello"]);
  });

  it("tells it live", async () => {
    const client = createGhostClient({ apiUrl: ghost.apiUrl });
    // what comes after the newest event there is now
    const stream = client.stream({ from: await client.feed({ limit: 1 }) });
    const told = new Promise((resolve) => {
      stream.on("change", (change) => {
        if (change.type === "event") resolve(change.event);
      });
    });
    await write("sign", ["live"]);
    expect(await told).toMatchObject({ type: "SIGNED", message: "live" });
    stream.close();
  });

  async function messages(): Promise<string[]> {
    const { entries } = await get<{ entries: { message: string }[] }>("/guestbook");
    return entries.map(({ message }) => message);
  }

  /** From the dev chain's first account. */
  async function write(functionName: "sign" | "erase", args: [string] | [bigint]): Promise<void> {
    const { contracts } = await get<{ contracts: { Guestbook: { address: Address } } }>("/network");
    const { address } = contracts.Guestbook;
    const wallet = createWalletClient({ transport: http(ghost.rpcUrl) });
    const [account] = await wallet.getAddresses();
    if (!account) throw new Error("the dev chain has no accounts");
    const call = { address, abi: guestbookAbi, functionName, args, account, chain: null } as const;
    await wallet.writeContract(call as Parameters<typeof wallet.writeContract>[0]);
  }

  async function get<T>(path: string): Promise<T> {
    return (await (await fetch(`${ghost.apiUrl}${path}`)).json()) as T;
  }
});
