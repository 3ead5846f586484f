/**
 * Signed transfers and ERC-20 transfers over HTTP at 1 s blocks: ours against anvil, one after the other.
 *
 * Workload: 200 senders, 16 keep-alive connections, one transaction a request, signed beforehand; sent for
 * 15 s, then waited for until all are mined. Transactions a second are those mined by the time from the first
 * request to the block with the last one. Ours writes every block to disk; anvil keeps its chain in memory.
 * The load generator takes one of the two cores. Aim: at least anvil's rate.
 */
import { loadArtifact } from "@ghostchain/contracts";
import { bytesToHex, hexToBytes } from "@ghostchain/encoding";
import { type Address, parseAddress } from "@ghostchain/evm";
import { encodeDeployData } from "viem";
import { type ChainProcess, startAnvil, startGhost } from "./chain/chain-process.ts";
import { RpcConnections } from "./chain/rpc-connections.ts";
import {
  erc20Transfer,
  makeSenders,
  type Payload,
  type Sender,
  signLoad,
} from "./chain/signed-load.ts";
import { usageOf } from "./process-usage.ts";

const SENDERS = 200;
const CONNECTIONS = 16;
const SEND_MS = 15_000;
const DRAIN_MS = 60_000;
const BLOCK_TIME_MS = 1_000;
/** More than can be sent in time; what is left over is not counted. */
const LOAD = 90_000;
const GAS_LIMIT = "0x59682f00";
const RICH = "0x52b7d2dcc80cd2e4000000";
/** `setTaxExempt(address,bool)` */
const SET_TAX_EXEMPT = "1dc61040";

interface Result {
  readonly tps: number;
  readonly mined: number;
  readonly cpuMicros: number;
  readonly rssMb: number;
}

const peers = { ghost: startGhost, anvil: startAnvil };
for (const workload of ["transfers", "erc20"] as const) {
  const results = new Map<string, Result>();
  for (const [name, start] of Object.entries(peers)) {
    const chain = await start(BLOCK_TIME_MS);
    try {
      const result = await run(chain, workload);
      results.set(name, result);
      console.log(
        `${workload.padEnd(9)} ${name.padEnd(6)} ${result.tps.toFixed(0).padStart(6)} tx/s  ` +
          `${result.cpuMicros.toFixed(0).padStart(5)} CPU µs/tx  ${result.rssMb.toFixed(0).padStart(5)} MB RSS  ` +
          `(${result.mined} mined)`,
      );
    } finally {
      await chain.stop();
    }
  }
  const ratio = (results.get("ghost")?.tps ?? 0) / (results.get("anvil")?.tps ?? 1);
  console.log(`${workload.padEnd(9)} ghost is ${ratio.toFixed(2)}× anvil (aim ≥ 1×)`);
}

async function run(chain: ChainProcess, workload: "transfers" | "erc20"): Promise<Result> {
  const rpc = new RpcConnections(chain.port, CONNECTIONS);
  const senders = makeSenders(SENDERS);
  const payload = await prepare(rpc, senders, workload);
  const bodies = signLoad(senders, LOAD, 0n, payload);
  const before = usageOf(chain.pid);
  const startedMs = performance.now();
  const accepted = await sendAll(rpc, bodies);
  const endedMs = await allMined(rpc, senders, accepted);
  const after = usageOf(chain.pid);
  rpc.close();
  return {
    tps: accepted / ((endedMs - startedMs) / 1_000),
    mined: accepted,
    cpuMicros: (after.cpuMicros - before.cpuMicros) / accepted,
    rssMb: after.rssBytes / 1e6,
  };
}

/** Money for everyone, room in blocks, and for ERC-20 the token and everyone's share of it. */
async function prepare(
  rpc: RpcConnections,
  senders: readonly Sender[],
  workload: "transfers" | "erc20",
): Promise<(index: number) => Payload> {
  await rpc.call("evm_setBlockGasLimit", [GAS_LIMIT]);
  for (const { address } of senders) await rpc.call("anvil_setBalance", [address, RICH]);
  const to = (index: number) => (senders[(index * 7 + 1) % senders.length] as Sender).address;
  if (workload === "transfers") {
    return (index) => ({ to: to(index), valueWei: 1n, data: new Uint8Array(0), gasLimit: 21_000n });
  }
  const token = await deployToken(rpc, senders);
  return (index) => ({
    to: token,
    valueWei: 0n,
    data: erc20Transfer(to(index), 1n),
    gasLimit: 100_000n,
  });
}

async function deployToken(rpc: RpcConnections, senders: readonly Sender[]): Promise<Address> {
  const [owner = ""] = await rpc.call<string[]>("eth_accounts", []);
  const { abi, bytecode } = await loadArtifact("DataToken");
  const data = encodeDeployData({ abi, bytecode, args: [owner, owner] });
  const hash = await rpc.call("eth_sendTransaction", [{ from: owner, data, gas: "0x2dc6c0" }]);
  const { contractAddress } = await receiptOf(rpc, hash);
  const token = parseAddress(String(contractAddress));
  const sent: unknown[] = [];
  for (const { address } of senders) {
    // exempt from the game's tax, so that it is an ordinary ERC-20 transfer
    const exempt = `0x${SET_TAX_EXEMPT}${word(address.slice(2))}${word("1")}`;
    for (const input of [exempt, bytesToHex(erc20Transfer(address, 10n ** 18n))]) {
      const transaction = { from: owner, to: token, data: input, gas: "0x30d40" };
      sent.push(await rpc.call("eth_sendTransaction", [transaction]));
    }
  }
  await receiptOf(rpc, sent.at(-1));
  return token;
}

function word(digits: string): string {
  return bytesToHex(hexToBytes(`0x${digits.padStart(64, "0")}`)).slice(2);
}

async function receiptOf(rpc: RpcConnections, hash: unknown): Promise<Record<string, unknown>> {
  for (;;) {
    const receipt = await rpc.call<Record<string, unknown> | null>("eth_getTransactionReceipt", [
      hash,
    ]);
    if (receipt?.status === "0x1") return receipt;
    if (receipt) throw new Error(`the set-up transaction ${String(hash)} was reverted`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

/** @returns how many were accepted; a refusal ends the bench, for it would make the rest invalid */
async function sendAll(rpc: RpcConnections, bodies: readonly string[]): Promise<number> {
  const untilMs = performance.now() + SEND_MS;
  let next = 0;
  const connection = async () => {
    while (next < bodies.length && performance.now() < untilMs) {
      const answer = await rpc.post(bodies[next++] as string);
      if (answer.error) throw new Error(`a transaction was refused: ${answer.error.message}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return next;
}

/** @returns when the last block that was needed had been seen */
async function allMined(
  rpc: RpcConnections,
  senders: readonly Sender[],
  accepted: number,
): Promise<number> {
  const untilMs = performance.now() + DRAIN_MS;
  const last = senders[(accepted - 1) % senders.length] as Sender;
  const nonce = Math.ceil(accepted / senders.length);
  for (;;) {
    const mined = Number(
      await rpc.call<string>("eth_getTransactionCount", [last.address, "latest"]),
    );
    const nowMs = performance.now();
    if (mined >= nonce) return nowMs;
    if (nowMs > untilMs) throw new Error(`only ${mined} of ${nonce} nonces were mined in time`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}
