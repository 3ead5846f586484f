export { nextTimestamp, type TimestampRule } from "./block-timestamp.ts";
export { createOpenProducer, type OpenProducerOptions, type Schedule } from "./open-producer.ts";
export type { BlockAttributes, Producer, ProductionView } from "./producer.ts";
