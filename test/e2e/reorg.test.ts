import { findAnvil, startAnvil } from "@ghostchain/tools/anvil";
import { createTestClient, http, type TestClient } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWholeFeed } from "./feed-pages.ts";
import { GamePlayer } from "./game-player.ts";
import { GatewayListener } from "./gateway-listener.ts";
import { eventually, GhostProcess, temporaryDirectory } from "./ghost-process.ts";

const SUBNET = 3;
const DEPTH = 5;

const binary = findAnvil();
if (!binary && process.env.CI) throw new Error("CI needs the anvil binary that npm installs");
if (!binary) console.warn("reorg: skipped, npm has no anvil for this platform");

describe.skipIf(!binary)("the data plane on somebody else's chain", () => {
  const directory = temporaryDirectory();
  let anvil: Awaited<ReturnType<typeof startAnvil>>;
  let ghost: GhostProcess;
  let player: GamePlayer;
  let test: TestClient;
  let listener: GatewayListener;

  beforeAll(async () => {
    anvil = await startAnvil(binary ?? "");
    const flags = ["--data-dir", directory.path, "--players", "0"];
    ghost = await GhostProcess.start(flags, { RPC_URL: anvil.url });
    test = createTestClient({ mode: "anvil", transport: http(anvil.url) });
    player = new GamePlayer(ghost.network);
    await player.equip();
    listener = await GatewayListener.connect(ghost.network.gatewayUrl);
  });
  afterAll(async () => {
    listener?.close();
    await ghost?.end("SIGINT");
    await anvil?.stop();
    directory.remove();
  });

  it("takes back what a reorg of five blocks took back, and goes on", async () => {
    await test.mine({ blocks: 3 });
    const { hash } = await player.jackIn(SUBNET);
    const told = await listener.next("the jack-in", ({ event }) => event?.txHash === hash);
    await test.mine({ blocks: 2 });
    expect(await history()).toMatchObject([{ alive: true, txHashIn: hash }]);

    await test.request({ method: "anvil_reorg" as never, params: [DEPTH, []] as never });
    // until it grows, a branch of the same length is no reason to leave the one that is known
    await test.mine({ blocks: 1 });

    const retraction = await listener.next(
      "the retraction",
      ({ type, retracts }) =>
        type === "RETRACT" && retracts?.includes(told.sequenceId ?? -1) === true,
    );
    expect(retraction.sequenceId).toBeGreaterThan(told.sequenceId ?? 0);
    expect(await history()).toEqual([]);
    expect((await readWholeFeed(ghost.apiUrl)).map(({ event }) => event.txHash)).not.toContain(
      hash,
    );

    const again = await player.jackIn(SUBNET);
    await listener.next("the new jack-in", ({ event }) => event?.txHash === again.hash);
    expect(await history()).toMatchObject([{ alive: true, txHashIn: again.hash }]);
    const ids = listener.messages.flatMap(({ type, sequenceId }) =>
      type === "FEED_EVENT" || type === "RETRACT" ? [sequenceId] : [],
    );
    expect(ids).toEqual(ids.map((_, index) => (ids[0] ?? 0) + index));
  });

  async function history(): Promise<unknown[]> {
    const url = `${ghost.apiUrl}/users/${player.address}/history`;
    return eventually("the history", async () => {
      const { positions } = (await (await fetch(url)).json()) as { positions: unknown[] };
      return positions;
    });
  }
});
