import type { EventBus } from "@ghostchain/event-bus";
import {
  encodeAnnouncement,
  FEED_CHANNEL,
  type FeedPosition,
  type FeedRow,
} from "@ghostchain/feed";
import type { Logger } from "@ghostchain/service";

/** Says what was committed. What does not arrive, followers find in the database by themselves. */
export class Announcer {
  readonly #bus: EventBus;
  readonly #logger: Logger;

  constructor(bus: EventBus, logger: Logger) {
    this.#bus = bus;
    this.#logger = logger;
  }

  async announce(position: FeedPosition, rows: readonly FeedRow[]): Promise<void> {
    try {
      await this.#bus.publish(FEED_CHANNEL, encodeAnnouncement({ position, rows }));
    } catch (error) {
      this.#logger.warn({ err: error }, "rows were committed but not announced");
    }
  }
}
