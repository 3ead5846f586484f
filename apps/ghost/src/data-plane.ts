import type { NetworkInfo } from "@ghostchain/api";
import type { Auth } from "@ghostchain/auth";
import { GATEWAY_PATH } from "@ghostchain/gateway";
import type { Product } from "@ghostchain/product";
import { runServices, type Service } from "@ghostchain/service";
import type { Chain } from "./chain.ts";
import type { Ground } from "./ground.ts";
import { hostInUrl } from "./host.ts";
import { createIndexing, createServing, createStreaming } from "./parts.ts";
import type { Settings } from "./settings/parse-settings.ts";

export interface DataPlane extends Service {
  /** Where clients reach it, once it has started. */
  ports(): { readonly api: number; readonly gateway: number };
  network(): NetworkInfo;
  /** Goes on with other products, on the same ports; clients reconnect by themselves. */
  replace(products: readonly Product[], signal: AbortSignal): Promise<void>;
}

export interface DataPlaneParts {
  readonly chain: Pick<Chain, "chainId" | "rpc" | "transport" | "urls">;
  readonly chains: Readonly<Record<string, readonly string[]>>;
  readonly auth: Auth;
  readonly products: readonly Product[];
  readonly analyticsFile: string;
  /** What clients are told of beside the products' contracts. */
  readonly contracts: NetworkInfo["contracts"];
}

/** Indexer, gateway and API of one process: all that depends on which products there are. */
export function createDataPlane(
  ground: Ground,
  parts: DataPlaneParts,
  settings: Settings,
): DataPlane {
  return new DataPlaneService(ground, parts, settings);
}

class DataPlaneService implements DataPlane {
  readonly name = "data plane";
  readonly #ground: Ground;
  readonly #parts: DataPlaneParts;
  #settings: Settings;
  #products: readonly Product[];
  #ports: () => { api: number; gateway: number } = () => ({ api: 0, gateway: 0 });
  #metricNames: readonly string[] = [];
  #stop: (() => Promise<void>) | undefined;

  constructor(ground: Ground, parts: DataPlaneParts, settings: Settings) {
    this.#ground = ground;
    this.#parts = parts;
    this.#settings = settings;
    this.#products = parts.products;
  }

  async start(signal: AbortSignal): Promise<void> {
    const { metrics, logger } = this.#ground;
    const before = new Set(metrics.getMetricsAsArray().map(({ name }) => name));
    const services = this.#compose();
    const after = metrics.getMetricsAsArray().map(({ name }) => name);
    this.#metricNames = after.filter((name) => !before.has(name));
    this.#stop = await runServices(services, signal, logger);
  }

  async stop(): Promise<void> {
    await this.#stop?.();
    this.#stop = undefined;
    for (const name of this.#metricNames) this.#ground.metrics.removeSingleMetric(name);
    this.#metricNames = [];
  }

  async replace(products: readonly Product[], signal: AbortSignal): Promise<void> {
    const { api, gateway } = this.#ports();
    await this.stop();
    this.#settings = { ...this.#settings, "--api-port": api, "--gateway-port": gateway };
    this.#products = products;
    await this.start(signal);
  }

  ports(): { readonly api: number; readonly gateway: number } {
    return this.#ports();
  }

  network(): NetworkInfo {
    const { chain, contracts } = this.#parts;
    const host = hostInUrl(this.#settings["--host"]);
    return {
      chainId: chain.chainId,
      ...chain.urls(),
      gatewayUrl: `ws://${host}:${this.#ports().gateway}${GATEWAY_PATH}`,
      contracts: { ...contractsOf(this.#products), ...contracts },
    };
  }

  #compose(): Service[] {
    const { chain, chains, auth, analyticsFile } = this.#parts;
    const parts = { products: this.#products, auth, chain, chains, analyticsFile };
    const { gateway, services: streaming } = createStreaming(this.#ground, parts, this.#settings);
    const { api, services: serving } = createServing(
      this.#ground,
      // ports are known once the last of them listens
      { ...parts, network: () => (gateway.port === 0 ? undefined : this.network()) },
      this.#settings,
    );
    this.#ports = () => ({ api: api.port, gateway: gateway.port });
    return [...serving, ...createIndexing(this.#ground, parts), ...streaming];
  }
}

/** By name; where two products have one, the first. What a factory makes has no one address. */
export function contractsOf(products: readonly Product[]): NetworkInfo["contracts"] {
  const contracts: Record<string, { address: string }> = {};
  for (const product of products) {
    for (const [name, { address }] of Object.entries(product.contracts))
      if (address !== undefined) contracts[name] ??= { address };
  }
  return contracts;
}
