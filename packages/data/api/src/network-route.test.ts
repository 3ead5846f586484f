import { describe, expect, it } from "vitest";
import { reachableFrom } from "./network-route.ts";

const at = (host: string) => ({
  chainId: 31337,
  rpcUrl: `http://${host}:8545`,
  wsUrl: `ws://${host}:8545/`,
  gatewayUrl: `ws://${host}:8080/ws`,
  contracts: {},
});

describe("reachableFrom", () => {
  it.each(["0.0.0.0", "[::]"])("answers %s with the host that the client came by", (host) => {
    expect(reachableFrom(at(host), "192.168.1.5")).toEqual(at("192.168.1.5"));
  });

  it.each(["", "a b", "evil; script-src *", 'a"b', "a/b", "[::1"])(
    "does not repeat %j, which is no name",
    (hostname) => {
      expect(reachableFrom(at("0.0.0.0"), hostname)).toEqual(at("127.0.0.1"));
    },
  );

  it.each(["127.0.0.1", "ghost.example", "10.0.0.0.0"])("leaves %s as it is", (host) => {
    expect(reachableFrom(at(host), "192.168.1.5")).toEqual(at(host));
  });
});
