import type { Address } from "viem";
import { type Birth, type ChildRegistry, isAfter } from "../child-registry.ts";
import type { RawLog } from "./block.ts";
import { LogQuery } from "./log-query.ts";

/** More children than this are asked for by their topics: no server takes lists without end. */
const NAMED_CHILDREN_MAX = 500;

/** Whose logs are wanted: of the contracts that have an address, and of the children of those that are factories. */
export class LogScope {
  /** Lower-case, each once. */
  readonly addresses: readonly Address[];
  readonly known: ChildRegistry;
  readonly #deployed: readonly LogQuery[];
  #queries: readonly LogQuery[] = [];
  #queriesAt = -1;

  constructor(addresses: readonly Address[], known: ChildRegistry) {
    this.addresses = addresses;
    this.known = known;
    this.#deployed = addresses.length === 0 ? [] : [LogQuery.ofContracts(addresses)];
  }

  /** Whether blocks may tell of contracts that are not known yet. */
  get grows(): boolean {
    return this.known.kinds.length > 0;
  }

  /** The contracts that have an address, factories among them. */
  get deployed(): readonly LogQuery[] {
    return this.#deployed;
  }

  /** Those, and the children that are known. */
  get queries(): readonly LogQuery[] {
    if (this.#queriesAt !== this.known.version) this.#queries = this.#build();
    this.#queriesAt = this.known.version;
    return this.#queries;
  }

  /** Whether `queries` ask for children by topic: then others' logs come too, and none of a child is missed. */
  get byTopic(): boolean {
    return this.known.size > NAMED_CHILDREN_MAX;
  }

  begin(): ScopeReading {
    return new ScopeReading(this);
  }

  /** What asks for these children, or for all when they are too many. */
  queriesOf(children: readonly Address[]): readonly LogQuery[] {
    if (children.length > NAMED_CHILDREN_MAX) return [this.#topics()];
    return children.length === 0 ? [] : [LogQuery.ofContracts(children)];
  }

  #build(): readonly LogQuery[] {
    if (this.byTopic) return [...this.#deployed, this.#topics()];
    return this.queriesOf([...this.addresses, ...this.known.addresses()]);
  }

  #topics(): LogQuery {
    return LogQuery.ofTopics([...new Set(this.known.kinds.flatMap((kind) => kind.topics))]);
  }
}

/**
 * A scope while some blocks in a row are read: it takes in the children that they tell of. It may hold more than the
 * tables will, for what is read may never be written.
 */
export class ScopeReading {
  readonly #scope: LogScope;
  readonly #deployed: ReadonlySet<Address>;
  readonly #found = new Map<Address, Birth>();

  constructor(scope: LogScope) {
    this.#scope = scope;
    this.#deployed = new Set(scope.addresses);
  }

  /** The children that were not known when the reading began. */
  get found(): readonly Address[] {
    return [...this.#found.keys()];
  }

  /** Takes in the children that these logs tell of. */
  extend(logs: Iterable<RawLog>): void {
    for (const log of logs)
      for (const birth of this.#scope.known.birthsOf(log))
        if (!this.#found.has(birth.address)) this.#found.set(birth.address, birth);
  }

  /** What asks for the logs of all children so far. */
  get children(): readonly LogQuery[] {
    return this.#scope.queriesOf([
      ...new Set([...this.#scope.known.addresses(), ...this.#found.keys()]),
    ]);
  }

  /**
   * Whether the log is of a contract in the scope: of a child only after the log that told of it, and what was asked
   * for by topic may be of anyone. So what is kept of a block does not depend on how it was asked for.
   */
  has(log: RawLog): boolean {
    if (this.#deployed.has(log.address)) return true;
    const birth = this.#found.get(log.address);
    return (birth !== undefined && isAfter(log, birth)) || this.#scope.known.coversAny(log);
  }
}
