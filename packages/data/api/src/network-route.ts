import { z } from "zod";
import { ApiError } from "./api-error.ts";
import { type ApiRoute, defineRoute } from "./api-route.ts";

const networkInfo = z.object({
  chainId: z.int(),
  rpcUrl: z.string(),
  wsUrl: z.string(),
  gatewayUrl: z.string(),
  contracts: z.record(z.string(), z.object({ address: z.string() })),
});

/** Where everything is. URLs with the host `0.0.0.0` or `[::]` are answered with the host the client came by. */
export type NetworkInfo = Readonly<z.output<typeof networkInfo>>;

/** @param network - undefined while it is not known yet */
export function networkRoute(network: () => NetworkInfo | undefined): ApiRoute {
  return defineRoute({
    ...{ method: "GET", path: "/network", tag: "service" },
    access: { auth: "none", budget: "usual" },
    summary: "The chain, its contracts, and where its services are",
    response: networkInfo,
    cache: {
      version: async () => JSON.stringify(network()),
      key: ({ hostname }) => plainHostname(hostname),
    },
    async handle({ hostname }) {
      const info = network();
      if (info) return reachableFrom(info, hostname);
      throw new ApiError({ code: "NOT_READY", status: 503 }, "the network is not known yet");
    },
  });
}

export function reachableFrom(info: NetworkInfo, hostname: string): NetworkInfo {
  const host = plainHostname(hostname);
  const at = (url: string) => url.replace(/\/\/(0\.0\.0\.0|\[::\])(?=[:/]|$)/, `//${host}`);
  return {
    ...info,
    rpcUrl: at(info.rpcUrl),
    wsUrl: at(info.wsUrl),
    gatewayUrl: at(info.gatewayUrl),
  };
}

/** A client writes what it likes into the `Host` header; we repeat only what can be a name. */
export function plainHostname(hostname: string): string {
  return /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/i.test(hostname) ? hostname : "127.0.0.1";
}
