import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecordingOutlet } from "../test/recording-outlet.ts";
import { type Connection, createConnection } from "./connection.ts";
import { FilterGroups } from "./filter-groups.ts";

const TOPICS = ["feed", "level:VAULT", "level:SUBNET", "address:0x1"];
const topics = fc.subarray(TOPICS);

describe("FilterGroups", () => {
  it("finds exactly those who watch a topic, each once, as they come, change and go", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 5 }), fc.option(topics)), { maxLength: 60 }),
        topics,
        (changes, asked) => {
          const groups = new FilterGroups();
          const all = Array.from({ length: 6 }, () => connection());
          const placed = new Set<Connection>();
          for (const [index, wanted] of changes) {
            const one = all[index];
            if (!one) continue;
            if (wanted === null) {
              groups.remove(one);
              placed.delete(one);
            } else {
              one.topics.clear();
              for (const topic of wanted) one.topics.add(topic);
              groups.place(one);
              placed.add(one);
            }
          }
          const found = [...groups.watching(asked)].flatMap((group) => [...group.members]);
          const expected = all.filter(
            (one) => placed.has(one) && asked.some((topic) => one.topics.has(topic)),
          );
          expect(new Set(found)).toEqual(new Set(expected));
          expect(found).toHaveLength(expected.length);
        },
      ),
    );
  });
});

function connection(): Connection {
  return createConnection(new RecordingOutlet(), 0, 0);
}
