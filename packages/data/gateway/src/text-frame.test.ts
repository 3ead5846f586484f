import fc from "fast-check";
import { describe, expect, it } from "vitest";
// @ts-expect-error: ws exports it, its types do not
import { Receiver } from "ws";
import { encodeTextFrame } from "./text-frame.ts";

describe("encodeTextFrame", () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])(
    "is read by ws as the text it was, at %i bytes",
    (sizeBytes) => {
      const text = "x".repeat(sizeBytes);
      expect(readBack(encodeTextFrame(text))).toEqual([text]);
    },
  );

  it("carries any text, and several frames in one buffer stay apart", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 5 }), (texts) => {
        expect(readBack(Buffer.concat(texts.map(encodeTextFrame)))).toEqual(texts);
      }),
    );
  });
});

function readBack(bytes: Buffer): string[] {
  const texts: string[] = [];
  const receiver = new Receiver({ isServer: false });
  receiver.on("message", (data: Buffer) => texts.push(data.toString()));
  receiver.write(bytes);
  return texts;
}
