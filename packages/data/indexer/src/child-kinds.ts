import type { Product } from "@ghostchain/product";
import { type AbiEvent, type Address, toEventSelector } from "viem";
import type { ChildKind } from "./child-registry.ts";
import { eventDecoder } from "./decode-event.ts";

/** The contracts of a product that factories make. The product is valid: its factories and their events are there. */
export function childKinds(product: Product): ChildKind[] {
  return Object.entries(product.contracts).flatMap(([name, { abi, factory }]) => {
    const maker = factory === undefined ? undefined : product.contracts[factory.contract];
    const event = maker?.abi.find(
      (entry) => entry.type === "event" && !entry.anonymous && entry.name === factory?.event,
    );
    if (factory === undefined || event?.type !== "event" || maker?.address === undefined) return [];
    const events = abi.filter((entry) => entry.type === "event" && !entry.anonymous);
    return {
      product: product.name,
      contract: name,
      factory: maker.address.toLowerCase() as Address,
      selector: toEventSelector(event),
      startBlock: maker.startBlock,
      topics: events.map((entry) => toEventSelector(entry as AbiEvent)),
      childOf: childReader(event, factory.parameter),
    };
  });
}

function childReader(event: AbiEvent, parameter: string): ChildKind["childOf"] {
  const decode = eventDecoder(event);
  return (log) => {
    try {
      const value = (decode(log) as Readonly<Record<string, unknown>>)[parameter];
      return typeof value === "string" ? (value.toLowerCase() as Address) : undefined;
    } catch {
      // Said aloud where the event is handled; a log that does not fit its event tells of no child.
      return undefined;
    }
  };
}
