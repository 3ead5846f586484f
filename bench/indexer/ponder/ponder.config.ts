import { createConfig } from "ponder";
import { parseAbi } from "viem";

const { BENCH_RPC_URL = "", BENCH_TOKEN = "", BENCH_DATABASE = "" } = process.env;

// biome-ignore lint/style/noDefaultExport: what Ponder loads
export default createConfig({
  chains: {
    local: {
      id: 31_337,
      rpc: BENCH_RPC_URL,
      ws: BENCH_RPC_URL.replace("http:", "ws:"),
      pollingInterval: 100,
    },
  },
  contracts: {
    Token: {
      chain: "local",
      abi: parseAbi(["event Transfer(address indexed from, address indexed to, uint256 value)"]),
      address: BENCH_TOKEN as `0x${string}`,
      startBlock: 1,
    },
  },
  database: BENCH_DATABASE.startsWith("postgres")
    ? { kind: "postgres", connectionString: BENCH_DATABASE }
    : { kind: "pglite", directory: BENCH_DATABASE },
});
