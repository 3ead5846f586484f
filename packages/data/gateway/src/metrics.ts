import { Counter, Gauge, Histogram, type Metrics } from "@ghostchain/service";

export interface GatewayMetrics {
  readonly closed: Counter<"code">;
  readonly slotsUnavailable: Counter;
  /** Each in seconds, for rows that are told live. */
  readonly busSeconds: Histogram;
  readonly deliverSeconds: Histogram;
  readonly totalSeconds: Histogram;
}

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 5];

/** What the scrape reads when it comes, so that nothing is counted twice on the hot path. */
export interface GatewayFigures {
  connections(): number;
  frames(): number;
  bytes(): number;
  sequenceId(): number;
}

export function createGatewayMetrics(registry: Metrics, figures: GatewayFigures): GatewayMetrics {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  const histogram = (name: string, help: string) =>
    new Histogram({ name, help, buckets: SECONDS, registers });
  gauge("gateway_connections", "WebSocket connections that are open", figures.connections);
  gauge("gateway_sequence_id", "Newest row of the feed that was streamed", figures.sequenceId);
  counter("gateway_sent_frames_total", "Frames given to sockets", figures.frames);
  counter("gateway_sent_bytes_total", "Bytes given to sockets", figures.bytes);
  return {
    closed: new Counter({
      name: "gateway_closed_total",
      help: "Connections that ended, by WebSocket close code",
      labelNames: ["code"],
      registers,
    }),
    slotsUnavailable: new Counter({
      name: "gateway_slots_unavailable_total",
      help: "Times a user's connections could not be counted over all gateways",
      registers,
    }),
    busSeconds: histogram(
      "gateway_bus_seconds",
      "From rows being in the database to having them here",
    ),
    deliverSeconds: histogram(
      "gateway_deliver_seconds",
      "From having rows to having written them to every socket that gets them",
    ),
    totalSeconds: histogram(
      "gateway_total_seconds",
      "From a block's completion, else from hearing of it, to having written its rows to every socket",
    ),
  };
}
