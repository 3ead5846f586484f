import type { Abi, AbiEvent } from "viem";
import { isAddress } from "viem";
import type { ContractFactory, Product, ProductContract } from "./product.ts";
import { ProductError, type ProductFault } from "./product-error.ts";

const NAME = /^[a-z][a-z0-9_]{0,30}$/;
const TABLE = /^[a-z][a-z0-9_]{0,62}$/;
const CONTRACT = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
/** Schemas of ours and of PostgreSQL. */
const RESERVED = new Set([
  "analytics",
  "api",
  "auth",
  "feed",
  "gateway",
  "indexer",
  "information_schema",
  "public",
  "rate_limit",
]);
const REPORT = /^[a-z][a-z0-9-]{0,40}$/;
const SUM = /^[a-z][A-Za-z0-9]{0,40}$/;
const JOB_EVERY_MIN_MS = 10;

/**
 * Finds what would otherwise go wrong late: a mapper for an event that does not exist would simply never run.
 *
 * @throws {ProductError} naming the product and the part of it that is wrong
 */
export function validateProduct(product: Product): void {
  validateName(product.name);
  if (product.chain !== undefined && !NAME.test(product.chain))
    throw refuse({
      ...{ code: "PRODUCT_CHAIN_INVALID", product: product.name, chain: String(product.chain) },
      reason: "a chain's name is 1 to 31 of a-z, 0-9 and _, and begins with a letter",
    });
  for (const [name, contract] of Object.entries(product.contracts))
    validateContract(product, name, contract);
  for (const key of Object.keys(product.projections)) validateKey(product, key, "a projection");
  for (const key of Object.keys(product.feed)) validateKey(product, key, "a feed mapper");
  validateTables(product);
  validateMigrations(product);
  validateJobs(product);
  validateRoutes(product);
  validateAnalytics(product);
}

function validateName(name: string): void {
  const fault = { code: "PRODUCT_NAME_INVALID", product: String(name) } as const;
  if (!NAME.test(name))
    throw refuse({
      ...fault,
      reason: "a name is 1 to 31 of a-z, 0-9 and _, and begins with a letter",
    });
  if (RESERVED.has(name) || name.startsWith("pg_"))
    throw refuse({ ...fault, reason: "this name is taken by the platform" });
}

function validateContract(product: Product, name: string, contract: ProductContract): void {
  const fault = {
    code: "PRODUCT_CONTRACT_INVALID",
    product: product.name,
    contract: name,
  } as const;
  if (!CONTRACT.test(name))
    throw refuse({ ...fault, reason: "a contract's name is letters and digits" });
  if (contract.factory !== undefined)
    requireFactory(product, contract.factory, (reason) => refuse({ ...fault, reason }));
  else if (!isAddress(contract.address, { strict: false }))
    throw refuse({ ...fault, reason: `${contract.address} is not an address` });
  if (contract.startBlock < 0n) throw refuse({ ...fault, reason: "startBlock is below 0" });
  const twice = firstRepeated(eventsOf(contract.abi).map((event) => event.name));
  if (twice !== undefined)
    throw refuse({ ...fault, reason: `its ABI has more than one event named ${twice}` });
}

function requireFactory(
  product: Product,
  factory: ContractFactory,
  refused: (reason: string) => ProductError,
): void {
  const { contract: name, event: eventName, parameter } = factory;
  const contract = Object.hasOwn(product.contracts, name) ? product.contracts[name] : undefined;
  if (contract === undefined)
    throw refused(
      `its factory ${name} is not a contract of the product (there is: ${Object.keys(product.contracts).join(", ")})`,
    );
  if (contract.factory !== undefined)
    throw refused(`its factory ${name} is made by a factory itself: one level is supported`);
  const events = eventsOf(contract.abi);
  const event = events.find((entry) => entry.name === eventName && !entry.anonymous);
  if (event === undefined)
    throw refused(
      `its factory ${name} has no event ${eventName} (there is: ${events.map((e) => e.name).join(", ") || "nothing"})`,
    );
  const input = event.inputs.find((entry) => entry.name === parameter);
  if (input === undefined)
    throw refused(
      `${name}:${eventName} has no parameter ${parameter} (there is: ${event.inputs.map((i) => i.name).join(", ") || "nothing"})`,
    );
  if (input.type !== "address")
    throw refused(`${name}:${eventName} gives ${parameter} as ${input.type}, not as an address`);
  if (event.inputs.some((entry) => !entry.name))
    throw refused(`${name}:${eventName} has parameters without a name`);
}

function validateKey(product: Product, key: string, what: string): void {
  const [name = "", event = ""] = key.split(":");
  const fault = { code: "PRODUCT_EVENT_UNKNOWN", product: product.name, key } as const;
  const contract = Object.hasOwn(product.contracts, name) ? product.contracts[name] : undefined;
  if (contract === undefined)
    throw refuse({
      ...fault,
      reason: `${what} names the contract ${name}, which the product does not list`,
      known: Object.keys(product.contracts),
    });
  const events = eventsOf(contract.abi).map((entry) => entry.name);
  if (!events.includes(event))
    throw refuse({
      ...fault,
      reason: `${what} names the event ${event}, which is not in the ABI of ${name}`,
      known: events,
    });
}

function validateTables(product: Product): void {
  const fault = { code: "PRODUCT_TABLE_INVALID", product: product.name } as const;
  for (const table of product.tables)
    if (!TABLE.test(table))
      throw refuse({
        ...fault,
        table,
        reason: "a table is named by a-z, 0-9 and _, without its schema",
      });
  const twice = firstRepeated(product.tables);
  if (twice !== undefined) throw refuse({ ...fault, table: twice, reason: "it is listed twice" });
}

function validateMigrations(product: Product): void {
  const ids = product.migrations.map((migration) => migration.id);
  for (const [index, id] of ids.entries()) {
    const before = ids[index - 1];
    if (before !== undefined && before >= id)
      throw refuse({
        ...{ code: "PRODUCT_MIGRATION_INVALID", product: product.name, migration: id },
        reason: `it must come after ${before}: ids rise, as in 001-…, 002-…`,
      });
  }
}

function validateJobs(product: Product): void {
  const fault = { code: "PRODUCT_JOB_INVALID", product: product.name } as const;
  for (const { name, everyMs } of product.jobs)
    if (!(everyMs >= JOB_EVERY_MIN_MS))
      throw refuse({
        ...fault,
        job: name,
        reason: `everyMs is ${everyMs}, at least 10 is expected`,
      });
  const twice = firstRepeated(product.jobs.map((job) => job.name));
  if (twice !== undefined)
    throw refuse({ ...fault, job: twice, reason: "two jobs have this name" });
}

function validateRoutes(product: Product): void {
  for (const { method, path, auth, cache } of product.routes) {
    if (cache === undefined) continue;
    const route = `${method} ${path}`;
    const fault = { code: "PRODUCT_ROUTE_INVALID", product: product.name, route } as const;
    if (method !== "GET" || auth !== "none")
      throw refuse({ ...fault, reason: "only a GET that needs no login can have a cache" });
    if (cache.maxAgeMs !== undefined && !(cache.maxAgeMs > 0))
      throw refuse({ ...fault, reason: "the cache's maxAgeMs is above 0" });
  }
}

function validateAnalytics({ name, analytics }: Product): void {
  for (const [report, { sums, levels }] of Object.entries(analytics?.reports ?? {})) {
    const fault = { code: "PRODUCT_ANALYTICS_INVALID", product: name, report } as const;
    if (!REPORT.test(report))
      throw refuse({ ...fault, reason: "a report is named by a-z, 0-9 and dashes" });
    if (levels?.length === 0) throw refuse({ ...fault, reason: "its levels are empty" });
    if (Object.keys(sums).length === 0) throw refuse({ ...fault, reason: "it sums nothing" });
    const odd = Object.keys(sums).find((sum) => !SUM.test(sum));
    if (odd !== undefined)
      throw refuse({ ...fault, reason: `its sum ${odd} is not named by letters and digits` });
  }
}

function eventsOf(abi: Abi): AbiEvent[] {
  return abi.filter((entry) => entry.type === "event");
}

export function firstRepeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

/** A sentence that names the product, from a fault. */
function refuse(fault: ProductFault & { readonly reason?: string }): ProductError {
  const { code: _, product, reason, ...where } = fault;
  const part = Object.values(where).find((value) => typeof value === "string");
  const known = "known" in fault ? ` (there is: ${fault.known.join(", ") || "nothing"})` : "";
  const subject = part === undefined ? product : `${product}, ${part}`;
  return new ProductError(fault, `product ${subject}: ${reason ?? "it is there twice"}${known}`);
}
