export { nextTimestamp } from "./block-timestamp.ts";
export {
  createOpenProducer,
  createProducer,
  type OpenProducerOptions,
  type Schedule,
} from "./open-producer.ts";
export type { BlockAttributes, Producer, ProductionView } from "./producer.ts";
