/** JSON-RPC to one chain, whatever carries it. */
export interface RpcConnection {
  /** For messages; never with credentials. */
  readonly where: string;
  /**
   * @throws {IndexerError} `INDEXER_SOURCE_UNREACHABLE` when no answer came in ten seconds or there is no
   *   connection, `INDEXER_SOURCE_REFUSED` when the answer is an error
   */
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  /**
   * `eth_subscribe`, where what carries the requests can push. `onLost` is called once, after which nothing more
   * comes: subscribe again.
   */
  readonly subscribe?: (
    params: readonly unknown[],
    onData: (result: unknown) => void,
    onLost: (reason: Error) => void,
  ) => Promise<() => void>;
  close(): void;
}
