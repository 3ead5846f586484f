import { expect, it } from "vitest";
import { describeKeyValue } from "../test/key-value-contract.ts";
import { openMemory } from "./memory-store.ts";

describeKeyValue("openMemory", openMemory);

it("keeps what two memory stores hold apart", async () => {
  const [one, other] = [openMemory(), openMemory()];
  await one.write([{ key: new Uint8Array([1]), value: new Uint8Array([1]) }]);
  expect(other.get(new Uint8Array([1]))).toBeUndefined();
});
