import type { Sql } from "@ghostchain/database";
import type { PersonalMessage } from "@ghostchain/feed";
import type { Product } from "@ghostchain/product";
import { getAddress } from "viem";

/** What these products have to say to each of these accounts now. */
export async function personalMessages(
  sql: Sql,
  products: readonly Product[],
  subjects: readonly string[],
): Promise<PersonalMessage[]> {
  const asked = subjects.flatMap((subject) => {
    const address = getAddress(subject);
    return products.map(async (product) => {
      const message = await product.personal?.(address, sql);
      return message === undefined ? [] : [{ address, message }];
    });
  });
  return (await Promise.all(asked)).flat();
}
