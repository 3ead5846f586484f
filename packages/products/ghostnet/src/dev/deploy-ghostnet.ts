import {
  buildContracts,
  dataTokenAbi,
  ghostCoreAbi,
  loadArtifact,
  traceScanAbi,
} from "@ghostchain/contracts";
import {
  type Address,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hash,
  type Hex,
  isAddressEqual,
  parseEther,
  zeroAddress,
} from "viem";
import type { DevAccount, DevChain } from "./dev-chain.ts";

export interface GhostnetDeployment {
  readonly dataToken: Address;
  readonly ghostCore: Address;
  readonly traceScan: Address;
}

/** Seconds between scans: quick enough to watch, in the order of the real ones. */
const DEV_LEVELS = [
  { deathRateBps: 0, scanInterval: 0, minStake: parseEther("100") },
  { deathRateBps: 200, scanInterval: 180, minStake: parseEther("50") },
  { deathRateBps: 1500, scanInterval: 90, minStake: parseEther("30") },
  { deathRateBps: 4000, scanInterval: 45, minStake: parseEther("15") },
  { deathRateBps: 9000, scanInterval: 20, minStake: parseEther("5") },
] as const;
const DEV_TIMES = { lockPeriod: 60, scanWindow: 60, resetPeriod: 3_600 } as const;
/** A handful of players stake some thousand DATA: enough to see the network modifier move. */
const MODIFIER_THRESHOLDS = [parseEther("1000"), parseEther("5000"), parseEther("25000")] as const;

/** Nonces of the deployer, which nobody else uses: so the addresses are the same on every dev chain. */
const NONCE = { token: 0n, core: 1n, scan: 2n, coreProxy: 3n, scanProxy: 4n } as const;

/** The five deployments, the token's exemption of the game from its tax, and a gift to the first account. */
const DEPLOYMENT_STEPS = 7;

/** The chain's own accounts, whose keys everyone has, get DATA to play with: the first most, for it gives to others. */
const HOLDERS = 10;
const FIRST_HOLDER_WEI = parseEther("10000000");
const OTHER_HOLDERS_WEI = parseEther("100000");

/** Where the game is, or will be, on any dev chain. */
export function ghostnetAddresses(deployer: Address): GhostnetDeployment {
  const at = (nonce: bigint) => getContractAddress({ from: deployer, nonce });
  return {
    dataToken: at(NONCE.token),
    ghostCore: at(NONCE.coreProxy),
    traceScan: at(NONCE.scanProxy),
  };
}

export interface DeployOptions {
  readonly signal?: AbortSignal;
  /** Who may sign boosts: any of them is left as it is, else the first is set. Without it, nobody new. */
  readonly boostSigners?: readonly Address[];
}

/** Deploys the game, or finds it deployed. A deployment that was cut short is taken up where it stopped. */
export async function deployGhostnet(
  chain: DevChain,
  options: DeployOptions = {},
): Promise<GhostnetDeployment> {
  const deployment = await deployContracts(chain, options.signal);
  await trustBoostSigner(chain, deployment, options);
  return deployment;
}

async function trustBoostSigner(
  chain: DevChain,
  { ghostCore }: GhostnetDeployment,
  { boostSigners = [], signal }: DeployOptions,
): Promise<void> {
  const [first] = boostSigners;
  if (first === undefined) return;
  const core = { address: ghostCore, abi: ghostCoreAbi } as const;
  const trusted = await chain.client.readContract({ ...core, functionName: "boostSigner" });
  if (boostSigners.some((signer) => isAddressEqual(signer, trusted))) return;
  const deployer = chain.account("deployer");
  await chain.fundGas([deployer.account.address], signal);
  const call = { ...core, functionName: "setBoostSigner", args: [first], chain: null } as const;
  const hash = await deployer.wallet.writeContract(call);
  await chain.mineNow();
  await chain.mined(hash, signal);
}

async function deployContracts(
  chain: DevChain,
  signal: AbortSignal | undefined,
): Promise<GhostnetDeployment> {
  const deployer = chain.account("deployer");
  const addresses = ghostnetAddresses(deployer.account.address);
  const done = await chain.client.getTransactionCount({ address: deployer.account.address });
  if (done >= DEPLOYMENT_STEPS) return addresses;
  const holders = (await chain.unlockedAccounts()).slice(0, HOLDERS);
  const steps = await deploymentSteps(deployer.account.address, addresses, holders);
  await chain.fundGas([deployer.account.address], signal);
  const sent: Hash[] = [];
  for (let nonce = done; nonce < steps.length; nonce++) {
    sent.push(await send(deployer, nonce, steps[nonce] as Step));
  }
  await chain.mineNow();
  for (const hash of sent) await chain.mined(hash, signal);
  return addresses;
}

interface Step {
  readonly to?: Address;
  readonly data: Hex;
  readonly gas: bigint;
}

/** What the deployer sends, by nonce. */
async function deploymentSteps(
  deployer: Address,
  at: GhostnetDeployment,
  holders: readonly Address[],
): Promise<Step[]> {
  await buildContracts();
  const [token, core, scan, proxy] = await Promise.all([
    loadArtifact("DataToken"),
    loadArtifact("GhostCore"),
    loadArtifact("TraceScan"),
    loadArtifact("ERC1967Proxy"),
  ]);
  const implementation = (nonce: bigint) => getContractAddress({ from: deployer, nonce });
  const proxied = (target: Address, initialize: Hex) =>
    encodeDeployData({ abi: proxy.abi, bytecode: proxy.bytecode, args: [target, initialize] });
  return [
    {
      data: encodeDeployData({
        abi: token.abi,
        bytecode: token.bytecode,
        args: [deployer, deployer],
      }),
      gas: 3_000_000n,
    },
    { data: encodeDeployData({ abi: core.abi, bytecode: core.bytecode }), gas: 7_000_000n },
    { data: encodeDeployData({ abi: scan.abi, bytecode: scan.bytecode }), gas: 4_000_000n },
    { data: proxied(implementation(NONCE.core), initializeCore(deployer, at)), gas: 2_000_000n },
    { data: proxied(implementation(NONCE.scan), initializeScan(deployer, at)), gas: 2_000_000n },
    {
      to: at.dataToken,
      data: encodeFunctionData({
        abi: dataTokenAbi,
        functionName: "setTaxExempt",
        args: [at.ghostCore, true],
      }),
      gas: 200_000n,
    },
    ...holders.map((holder, index) => gift(at.dataToken, holder, index)),
  ];
}

function gift(token: Address, holder: Address, index: number): Step {
  const wei = index === 0 ? FIRST_HOLDER_WEI : OTHER_HOLDERS_WEI;
  const call = { abi: dataTokenAbi, functionName: "transfer", args: [holder, wei] } as const;
  return { to: token, data: encodeFunctionData(call), gas: 200_000n };
}

function initializeCore(deployer: Address, at: GhostnetDeployment): Hex {
  const config = {
    token: at.dataToken,
    treasury: deployer,
    admin: deployer,
    scanner: at.traceScan,
    boostSigner: zeroAddress,
    ...DEV_TIMES,
    levels: DEV_LEVELS,
  };
  return encodeFunctionData({ abi: ghostCoreAbi, functionName: "initialize", args: [config] });
}

function initializeScan(deployer: Address, at: GhostnetDeployment): Hex {
  return encodeFunctionData({
    abi: traceScanAbi,
    functionName: "initialize",
    args: [at.ghostCore, deployer, MODIFIER_THRESHOLDS],
  });
}

/** With gas and nonce given, so that all can be sent before the first is mined. */
function send(deployer: DevAccount, nonce: number, step: Step): Promise<Hash> {
  return deployer.wallet.sendTransaction({ ...step, nonce, chain: null });
}
