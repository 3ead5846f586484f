export type { KeyChange, KeyRange, KeyValue } from "./key-value.ts";
