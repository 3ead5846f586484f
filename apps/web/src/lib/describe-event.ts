import type { FeedEvent } from "@ghostchain/feed";
import { formatData, shortAddress } from "./format.ts";

export interface ToldEvent {
  readonly text: string;
  readonly tone: "gain" | "loss" | "warn" | "plain";
}

/** One line for a person. An event this page does not know is told by its type alone. */
export function describeEvent(event: FeedEvent): ToldEvent {
  const who = typeof event.address === "string" ? shortAddress(event.address) : "someone";
  const level = String(event.level ?? "");
  const amount = dataOf(event.amount);
  switch (event.type) {
    case "JACK_IN":
      return { text: `${who} jacked ${amount} DATA into ${level}`, tone: "gain" };
    case "EXTRACT":
      return { text: `${who} extracted ${amount} DATA${rewardsOf(event.rewards)}`, tone: "gain" };
    case "REWARDS":
      return { text: `${who} claimed ${amount} DATA`, tone: "gain" };
    case "TRACED":
      return { text: `${who} was traced in ${level} and lost ${amount} DATA`, tone: "loss" };
    case "DEATHS":
      return { text: `${String(event.count)} traced in ${level}, ${amount} DATA dead`, tone: "loss" };
    case "SURVIVED":
      return { text: `${String(event.count)} survived the scan of ${level}`, tone: "plain" };
    case "CASCADE":
      return { text: `${amount} DATA cascade from ${level}`, tone: "plain" };
    case "PENALTY":
      return { text: `${who} lost ${amount} DATA to the reset`, tone: "loss" };
    case "SYSTEM_RESET":
      return { text: `system reset: ${dataOf(event.jackpot)} DATA to ${who}`, tone: "warn" };
    case "BOOST":
      return { text: `${who} is boosted by ${Number(event.valueBps) / 100} %`, tone: "gain" };
    case "SCAN":
    case "SCAN_WARNING":
      return { text: `${level} is scanned`, tone: "warn" };
    default:
      return { text: level || who, tone: "plain" };
  }
}

function rewardsOf(value: unknown): string {
  const rewards = dataOf(value);
  return rewards === "0.00" ? "" : ` + ${rewards} rewards`;
}

function dataOf(value: unknown): string {
  return typeof value === "string" && /^-?\d+$/.test(value) ? formatData(value) : "?";
}
