import type { RpcEnvironment } from "../environment.ts";
import { findLogs } from "../log-search.ts";
import { type MethodTable, method, optional, required } from "../method.ts";
import { readLogQuery } from "../read/log-query.ts";
import { readBoolean, readText } from "../read/value.ts";

const query = required("filter", readLogQuery);
const id = required("filterId", readText);

/** Logs, and the filters that clients without a WebSocket poll. */
export function logMethods({ backend, limits, filters }: RpcEnvironment): MethodTable {
  return {
    eth_getLogs: method([query], ([wanted]) => findLogs(backend, limits, wanted)),
    eth_newFilter: method([query], ([wanted]) => filters.addLogs(wanted)),
    eth_newBlockFilter: method([], () => filters.addBlocks()),
    eth_newPendingTransactionFilter: method(
      [optional("hydrated", readBoolean, false)],
      ([isFull]) => filters.addTransactions(isFull),
    ),
    eth_getFilterChanges: method([id], ([filterId]) => filters.changes(filterId)),
    eth_getFilterLogs: method([id], ([filterId]) => filters.logs(filterId)),
    eth_uninstallFilter: method([id], ([filterId]) => filters.remove(filterId)),
  };
}
