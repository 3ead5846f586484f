import { createRecoveryPool, type RecoveryItem } from "@ghostchain/crypto";
import { ZERO_ADDRESS } from "@ghostchain/evm";
import { signTransaction } from "@ghostchain/protocol";
import { expect, it } from "vitest";
import { Submissions } from "./submissions.ts";

const KEY = new Uint8Array(32).fill(7);

function signed(nonce: number) {
  return signTransaction(
    {
      type: 0,
      chainId: 31_337n,
      nonce: BigInt(nonce),
      gasPriceWei: 1n,
      gasLimit: 21_000n,
      to: ZERO_ADDRESS,
      valueWei: 0n,
      data: new Uint8Array(),
    },
    KEY,
  );
}

async function setUp() {
  const recovery = createRecoveryPool({ workers: 0 });
  await recovery.start(new AbortController().signal);
  const batches: number[] = [];
  const recover = (items: readonly RecoveryItem[]) => {
    batches.push(items.length);
    return recovery.recover(items);
  };
  return { submissions: new Submissions({ recover }), batches };
}

it("opens what came in together as one batch, in the order it came", async () => {
  const { submissions, batches } = await setUp();
  const sent = [0, 1, 2, 3].map(signed);
  const order: number[] = [];
  const opened = await Promise.all(
    sent.map(async ({ encoded }, index) => {
      const transaction = await submissions.open(encoded);
      order.push(index);
      return transaction;
    }),
  );
  expect(opened).toEqual(sent);
  expect(order).toEqual([0, 1, 2, 3]);
  expect(batches).toEqual([4]);
});

it("refuses one signature without harm to the others", async () => {
  const { submissions } = await setUp();
  const good = signed(0);
  const forged = signed(1).encoded.slice();
  // The last 33 bytes are the prefix and the 32 bytes of s.
  forged.fill(0xff, forged.length - 32);
  const outcomes = await Promise.allSettled([
    submissions.open(forged),
    submissions.open(good.encoded),
    submissions.open(Uint8Array.of(0x7f)),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected"]);
  expect(String((outcomes[0] as PromiseRejectedResult).reason)).toContain("upper half");
});
