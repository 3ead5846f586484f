export interface FeedItem {
  readonly sequenceId: number;
  readonly blockNumber: string;
  readonly event: {
    readonly type: string;
    readonly txHash: string;
    readonly logIndex: number;
    readonly [field: string]: unknown;
  };
}

/** Every event of the feed that stands, oldest first, read through the API page by page. */
export async function readWholeFeed(apiUrl: string): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  for (let before: number | null | undefined; before !== null; ) {
    const query = before === undefined ? "limit=100" : `limit=100&before=${before}`;
    const page = (await (await fetch(`${apiUrl}/feed?${query}`)).json()) as {
      events: FeedItem[];
      next: number | null;
    };
    items.push(...page.events);
    before = page.next;
  }
  return items.reverse();
}
