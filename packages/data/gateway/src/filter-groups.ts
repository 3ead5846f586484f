import type { Connection } from "./connection.ts";

/** Connections that watch the same topics, so that whether a row is for them is asked once. */
export interface FilterGroup {
  readonly key: string;
  readonly topics: readonly string[];
  readonly members: Set<Connection>;
}

/** Finds who watches a row by its topics: the cost is that of the groups found, not of all there are. */
export class FilterGroups {
  readonly #groups = new Map<string, FilterGroup>();
  readonly #byTopic = new Map<string, Set<FilterGroup>>();
  readonly #groupOf = new Map<Connection, FilterGroup>();

  /** Puts `connection` where its topics say; call it again when they change. */
  place(connection: Connection): void {
    const key = [...connection.topics].sort().join("\n");
    const now = this.#groupOf.get(connection);
    if (now?.key === key) return;
    this.remove(connection);
    const group = this.#groups.get(key) ?? this.#create(key, connection);
    group.members.add(connection);
    this.#groupOf.set(connection, group);
  }

  remove(connection: Connection): void {
    const group = this.#groupOf.get(connection);
    if (!group) return;
    this.#groupOf.delete(connection);
    group.members.delete(connection);
    if (group.members.size === 0) this.#drop(group);
  }

  /** Groups that watch at least one of `topics`, each once. */
  watching(topics: readonly string[]): Iterable<FilterGroup> {
    const found = new Set<FilterGroup>();
    for (const topic of topics) {
      for (const group of this.#byTopic.get(topic) ?? []) found.add(group);
    }
    return found;
  }

  #create(key: string, connection: Connection): FilterGroup {
    const group = { key, topics: [...connection.topics], members: new Set<Connection>() };
    this.#groups.set(key, group);
    for (const topic of group.topics) {
      const watchers = this.#byTopic.get(topic);
      if (watchers) watchers.add(group);
      else this.#byTopic.set(topic, new Set([group]));
    }
    return group;
  }

  #drop(group: FilterGroup): void {
    this.#groups.delete(group.key);
    for (const topic of group.topics) {
      const watchers = this.#byTopic.get(topic);
      watchers?.delete(group);
      if (watchers?.size === 0) this.#byTopic.delete(topic);
    }
  }
}
