import type { ProductRoute } from "@ghostchain/product";
import { getAddress } from "viem";
import { z } from "zod";

const entry = z.object({
  id: z.string(),
  author: z.string(),
  message: z.string(),
  writtenAt: z.iso.datetime(),
});
const query = z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) });

/** A row of the table `guestbook.entries`. */
export type EntryRow = { id: bigint; author: string; message: string; written_at: Date };

/** `GET /guestbook`: the newest entries first. */
export const entriesRoute: ProductRoute = {
  method: "GET",
  path: "/guestbook",
  summary: "What was written, newest first",
  auth: "none",
  query,
  response: z.object({ entries: z.array(entry) }),
  async handle(request, { database }) {
    const { limit } = query.parse(request.query);
    const rows = await database.query<EntryRow>(
      "SELECT id, author, message, written_at FROM guestbook.entries ORDER BY id DESC LIMIT $1",
      [limit],
    );
    const entries = rows.map(({ id, author, message, written_at }) => ({
      id: id.toString(),
      author: getAddress(author),
      message,
      writtenAt: written_at.toISOString(),
    }));
    return { entries };
  },
};
