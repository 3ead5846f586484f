/** One of several processes that take from one budget at once: `hammer-child.ts STORE URL PREFIX TAKES`. */
import { startDatabase, startLimits } from "./limits-stand.ts";

const [store, url = "", prefix = "", takes] = process.argv.slice(2);
const database = store === "database" ? await startDatabase(url) : undefined;
const limits = database
  ? await startLimits({ store: "database" }, { database })
  : await startLimits({ store: { redisUrl: url, prefix } });
const budget = limits.budget("hammered", { limit: 1_000, windowMs: 600_000 });
const slots = limits.slots("hammered-slots", { limit: 5 });

// Ready; and go, when the parent says so: the processes then run side by side.
console.log("ready");
await new Promise((resolve) => process.stdin.once("data", resolve));
let allowed = 0;
for (let taken = 0; taken < Number(takes); taken += 50) {
  const answers = await Promise.all(Array.from({ length: 50 }, () => budget.take("key")));
  allowed += answers.filter((answer) => answer.allowed).length;
}
const held = await Promise.all(
  Array.from({ length: 10 }, (_, index) => slots.take("ann", `${process.pid}-${index}`)),
);
console.log(JSON.stringify({ allowed, held: held.filter(Boolean).length }));
await limits.stop();
await database?.stop();
process.exit(0);
