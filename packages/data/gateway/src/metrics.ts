import { Counter, Gauge, type Metrics } from "@ghostchain/service";

export interface GatewayMetrics {
  readonly closed: Counter<"code">;
  readonly slotsUnavailable: Counter;
}

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
  };
}
