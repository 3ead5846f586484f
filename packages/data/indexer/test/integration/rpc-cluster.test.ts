import { getAddress } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeChain, type LedgerEvent } from "../support/fake-chain.ts";
import { IndexerStand } from "../support/indexer-stand.ts";
import { Random } from "../support/random.ts";
import { type Manner, RpcMember } from "../support/rpc-member.ts";
import { RpcServer } from "../support/rpc-server.ts";

const ACCOUNTS = [1, 2, 3].map((n) => getAddress(`0x00000000000000000000000000000000000000a${n}`));
const LIMITS = { timeoutMs: 300, maxResponseBytes: 1 << 20 };

let stand: IndexerStand;
let chain: FakeChain;
let members: RpcMember[];
let servers: RpcServer[];
let random: Random;
beforeAll(async () => {
  stand = await IndexerStand.open();
});
afterAll(() => stand.close());
beforeEach(async () => {
  random = new Random(11);
  chain = new FakeChain({ seed: 11 });
  members = [];
  servers = [];
  for (let i = 0; i < 3; i++) await join();
});
afterEach(async () => {
  await stand.reset();
  for (const server of servers) await server.close().catch(() => {});
});

/** Another server of the chain, behind sockets. */
async function join(manner: Partial<Manner> = {}): Promise<void> {
  const member = new RpcMember(chain, manner, () => random.next());
  const server = await RpcServer.listen();
  server.respond = (method, params) =>
    member.request({ method, params }).then(
      (result) => ({ result }),
      (error: Error & { code?: number }) => ({
        error: { code: error.code ?? -32603, message: error.message },
      }),
    );
  members.push(member);
  servers.push(server);
}

function urls(...schemes: string[]): string[] {
  return servers.map(({ host }, i) => `${schemes[i % schemes.length]}://${host}`);
}

function mine(blocks: number): void {
  const move = (): LedgerEvent => {
    const [from, to] = [random.pick(ACCOUNTS), random.pick(ACCOUNTS)];
    return { kind: "moved", from, to, amount: BigInt(random.below(1_000)) };
  };
  for (let i = 0; i < blocks; i++) chain.mine(Array.from({ length: random.below(4) }, move));
}

describe("createIndexer on several RPC endpoints", () => {
  it("fetches history from those that are left, and says which is of another chain", async () => {
    mine(120);
    await join({ chainId: "0x1" });
    const rpc = urls("http", "ws");
    await servers[0]?.close();
    const running = await stand.run(rpc, { rpcLimits: LIMITS, horizonBlocks: 8 });
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
    const { status, reason } = running.health.report().services.indexer ?? {};
    expect(status).toBe("ready");
    expect(reason).toContain(`${rpc[3]} is excluded`);
    const text = await running.metrics.metrics();
    expect(text).toMatch(/indexer_rpc_requests_total\{[^}]*endpoint="1",outcome="ok"\} \d+/);
  });

  it("goes on when the one in use is cut off, hangs, errs, and takes it back", async () => {
    const rpc = urls("ws", "ws", "http");
    const running = await stand.run(rpc, { rpcLimits: LIMITS });
    for (const manner of [{ hangs: 1 }, { errs: 1 }, { errs: 0.2 }]) {
      for (const [index, member] of members.entries()) {
        Object.assign(member.manner, manner);
        servers[index]?.cut();
        mine(3);
        await stand.caughtUp(running, chain);
        Object.assign(member.manner, { hangs: 0, errs: 0 });
      }
    }
    await stand.expectChain(chain);
  });

  it("stores nothing of what liars tell, through reorgs, and blames them by name", async () => {
    const lies = ["no logs at all", "a header with an empty bloom"] as const;
    for (const [i, lie] of lies.entries()) Object.assign(members[i]?.manner ?? {}, { lie });
    const rpc = urls("http", "ws");
    const running = await stand.run(rpc, { rpcLimits: LIMITS });
    for (let round = 0; round < 6; round++) {
      mine(4);
      await stand.caughtUp(running, chain);
      chain.reorg(2 + (round % 3));
      mine(4);
      await stand.caughtUp(running, chain);
    }
    await stand.expectChain(chain);
    expect(running.health.report().services.indexer?.reason).toMatch(
      /127\.0\.0\.1:\d+ is quarantined: .*(logs of block|does not have the hash)/,
    );
  });

  it("follows the tip beside servers that lag, and believes none of their empty answers", async () => {
    for (const member of members.slice(0, 2))
      Object.assign(member.manner, { lag: 3, emptyWhenUnknown: true });
    const running = await stand.run(urls("http"), { rpcLimits: LIMITS });
    for (let round = 0; round < 10; round++) {
      mine(2);
      await stand.caughtUp(running, chain);
    }
    await stand.expectChain(chain);
  });

  it("names each endpoint and its reason when all are down, and comes back by itself", async () => {
    const rpc = urls("http", "ws");
    const running = await stand.run(rpc, { rpcLimits: LIMITS });
    mine(2);
    await stand.caughtUp(running, chain);
    for (const member of members) member.manner.errs = 1;
    mine(2);
    const health = () => running.health.report().services.indexer;
    await expect.poll(() => health()?.status, { timeout: 10_000 }).toBe("failing");
    for (const url of rpc) expect(health()?.reason).toContain(`${url}: a bad moment`);
    for (const member of members) member.manner.errs = 0;
    await stand.caughtUp(running, chain);
    await stand.expectChain(chain);
  });
});
