import type { Service } from "@ghostchain/service";

/**
 * Publish and subscribe between services. Messages may be lost or doubled while a connection is down: what
 * they carry has a sequence id, and the database has the truth.
 */
export interface EventBus extends Service {
  /** Resolves when the message has been handed over. `message` is text of at most 1 MiB. */
  publish(channel: string, message: string): Promise<void>;
  /** Resolves once messages published from now on reach `onMessage`, in order a publisher. */
  subscribe(channel: string, onMessage: (message: string) => void): Promise<Unsubscribe>;
  /** Called after a connection was lost and is back: messages in between are gone. */
  onGap(listener: () => void): Unsubscribe;
}

export type Unsubscribe = () => void;
