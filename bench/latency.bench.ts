/**
 * Block sealed → FEED_EVENT at a WebSocket client, stage by stage, at 1 s and 250 ms blocks.
 *
 * Workload: `ghost up` without simulated players; 20 accounts with a position each add to it once a second, so 20
 * events/s: 5 s to warm up, then 30 s that count; one WebSocket client in another process on the same machine and clock. Times are whole milliseconds.
 * There is no peer for this path. The seed's budget is 300 ms; the aim is p99 < 40 ms on two cores.
 */
import { dataTokenAbi, ghostCoreAbi } from "@ghostchain/contracts";
import { bytesToHex } from "@ghostchain/encoding";
import { type Address, parseAddress } from "@ghostchain/evm";
import { type Abi, encodeFunctionData, maxUint256, parseEther } from "viem";
import { RpcConnections } from "./chain/rpc-connections.ts";
import { makeSenders, type Payload, type Sender, signOne } from "./chain/signed-load.ts";
import { type GhostUp, startGhostUp } from "./ghost-up.ts";

const ACCOUNTS = 20;
const WARM_UP_SECONDS = 5;
const SECONDS = 30;
const SETTLE_MS = 3_000;

interface Stages {
  readonly sealedAtMs: number;
  readonly seenAtMs: number;
  readonly committedAtMs: number;
  readonly receivedAtMs: number;
}
type Sample = Stages & { readonly arrivedAtMs: number };

for (const blockTimeMs of [1_000, 250]) {
  const ghost = await startGhostUp(["--players", "0", "--block-time", `${blockTimeMs}`]);
  try {
    report(blockTimeMs, await measure(ghost));
  } finally {
    await ghost.stop();
  }
}

async function measure(ghost: GhostUp): Promise<Sample[]> {
  const rpc = new RpcConnections(Number(new URL(ghost.network.rpcUrl).port), 8);
  const senders = makeSenders(ACCOUNTS);
  await equip(rpc, ghost, senders);
  const samples: Sample[] = [];
  let counting = false;
  const socket = new WebSocket(ghost.network.gatewayUrl);
  socket.addEventListener("message", ({ data }) => {
    const arrivedAtMs = Date.now();
    const { type, stages } = JSON.parse(String(data)) as { type: string; stages?: Stages };
    if (counting && type === "FEED_EVENT" && stages) samples.push({ ...stages, arrivedAtMs });
  });
  await new Promise((open) => socket.addEventListener("open", open, { once: true }));
  const core = parseAddress(ghost.network.contracts.GhostCore.address);
  const call = { abi: ghostCoreAbi, functionName: "jackIn", args: [parseEther("1"), 1] };
  const startMs = performance.now();
  for (let index = 0; index < ACCOUNTS * (WARM_UP_SECONDS + SECONDS); index++) {
    await until(startMs + (index * 1_000) / ACCOUNTS);
    counting = index >= ACCOUNTS * WARM_UP_SECONDS;
    const sender = senders[index % ACCOUNTS] as Sender;
    // approve and the first deposit came before
    void send(rpc, sender, BigInt(2 + Math.floor(index / ACCOUNTS)), core, call);
  }
  await until(performance.now() + SETTLE_MS);
  socket.close();
  rpc.close();
  return samples;
}

/** Ether, DATA, an approval and a first deposit, so that every later transaction is one event. */
async function equip(
  rpc: RpcConnections,
  { network }: GhostUp,
  senders: readonly Sender[],
): Promise<void> {
  const [giver = ""] = await rpc.call<string[]>("eth_accounts", []);
  const token = parseAddress(network.contracts.DataToken.address);
  const core = parseAddress(network.contracts.GhostCore.address);
  for (const { address } of senders) {
    await rpc.call("anvil_setBalance", [address, "0x56bc75e2d63100000"]);
    const gift = {
      abi: dataTokenAbi,
      functionName: "transfer",
      args: [address, parseEther("5000")],
    };
    const data = encodeFunctionData(gift as Parameters<typeof encodeFunctionData>[0]);
    await rpc.call("eth_sendTransaction", [{ from: giver, to: token, data, gas: "0x30d40" }]);
  }
  await rpc.call("evm_mine", []);
  for (const sender of senders) {
    const approve = { abi: dataTokenAbi, functionName: "approve", args: [core, maxUint256] };
    const enter = { abi: ghostCoreAbi, functionName: "jackIn", args: [parseEther("100"), 1] };
    await send(rpc, sender, 0n, token, approve);
    await send(rpc, sender, 1n, core, enter);
  }
  await rpc.call("evm_mine", []);
}

async function send(
  rpc: RpcConnections,
  sender: Sender,
  nonce: bigint,
  to: Address,
  call: { abi: unknown; functionName: string; args: readonly unknown[] },
): Promise<void> {
  const data = encodeFunctionData({ ...call, abi: call.abi as Abi });
  const payload: Payload = {
    to,
    valueWei: 0n,
    data: Buffer.from(data.slice(2), "hex"),
    gasLimit: 500_000n,
  };
  await rpc.call("eth_sendRawTransaction", [bytesToHex(signOne(sender, nonce, payload))]);
}

function report(blockTimeMs: number, samples: readonly Sample[]): void {
  const stages: readonly [string, (sample: Sample) => number][] = [
    ["block sealed → indexer", (sample) => sample.seenAtMs - sample.sealedAtMs],
    ["indexer → committed", (sample) => sample.committedAtMs - sample.seenAtMs],
    ["committed → gateway", (sample) => sample.receivedAtMs - sample.committedAtMs],
    ["gateway → client", (sample) => sample.arrivedAtMs - sample.receivedAtMs],
    ["total", (sample) => sample.arrivedAtMs - sample.sealedAtMs],
  ];
  console.log(`${blockTimeMs} ms blocks, ${samples.length} events    p50      p99`);
  for (const [name, pick] of stages) {
    const sorted = samples.map(pick).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    console.log(
      `  ${name.padEnd(24)} ${`${at(0.5)} ms`.padStart(9)} ${`${at(0.99)} ms`.padStart(9)}`,
    );
  }
}

async function until(atMs: number): Promise<void> {
  const leftMs = atMs - performance.now();
  if (leftMs > 0) await new Promise((wake) => setTimeout(wake, leftMs));
}
