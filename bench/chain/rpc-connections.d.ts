export interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
  };
}
/** A few keep-alive HTTP connections to one JSON-RPC port. */
export declare class RpcConnections {
  #private;
  constructor(port: number, connectionCount: number);
  post(body: string): Promise<RpcAnswer>;
  call<T>(method: string, params: readonly unknown[]): Promise<T>;
  close(): void;
}
//# sourceMappingURL=rpc-connections.d.ts.map
