export { lockDirectory } from "./directory-lock.ts";
export type { KeyChange, KeyRange, KeyValue } from "./key-value.ts";
export { type LmdbOptions, openLmdb } from "./lmdb-store.ts";
export { openMemory } from "./memory-store.ts";
export { openSegmentLog, type SegmentLog, type SegmentLogOptions } from "./segment-log.ts";
export { StorageError, type StorageFault } from "./storage-error.ts";
