import type { Service } from "@ghostchain/service";
import { SHARED_BOOST_KEYS } from "../boost-signing.ts";
import { reachChain } from "../chain.ts";
import { CommandError } from "../command-error.ts";
import { createDeploying } from "../deploy-contracts.ts";
import { createGameLife } from "../game.ts";
import { createBase, watched } from "../ground.ts";
import { readRepertoire } from "../role.ts";
import { runStack } from "../run-stack.ts";
import type { Settings } from "../settings/parse-settings.ts";
import { createStatusServer } from "../status-server.ts";

/** `ghost game`: what keeps the game and the products' contracts on a dev chain that somebody else runs. */
export async function game(settings: Settings, signal: AbortSignal): Promise<void> {
  const base = createBase(settings);
  const chain = await reachChain(settings.RPC_URL ?? []);
  const signing = { devFile: SHARED_BOOST_KEYS, transport: chain.transport };
  const repertoire = await readRepertoire(base, settings, { signing });
  const { deployments, hasGame, contracts, boostKeys } = repertoire;
  if (chain.chainId !== settings.CHAIN_ID)
    throw new CommandError(
      { code: "CHAIN_ID_DIFFERS", expected: settings.CHAIN_ID, answered: chain.chainId },
      `RPC_URL is of chain ${chain.chainId}, not ${settings.CHAIN_ID}: say which with CHAIN_ID`,
    );
  const life = hasGame
    ? createGameLife(base, chain.transport, settings, { keys: boostKeys })
    : undefined;
  const status = createStatusServer(base, settings);
  const playing: Service[] = [
    ...(life ? [life.deploy] : []),
    createDeploying(chain.transport, deployments),
    ...(life?.playing ?? []),
  ];
  const services = [...status.services, ...playing.map((service) => watched(base, service))];
  const describe = () =>
    [
      ...Object.entries(contracts).map(([name, { address }]) => `  ${name.padEnd(10)} ${address}`),
      status.describe(),
    ]
      .filter(Boolean)
      .join("\n");
  await runStack({ base, services, describe }, signal);
}
