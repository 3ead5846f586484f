import { array, assert, nat, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeHeader, encodeFrames, FRAME_HEADER_BYTES, isIntact } from "./log-frame.ts";

describe("a frame", () => {
  it("is intact where it was written, and nowhere else", () =>
    assert(
      property(array(uint8Array(), { minLength: 1 }), nat(), (records, position) => {
        const { bytes, positions } = encodeFrames(records, position);
        records.forEach((record, index) => {
          const at = positions[index] ?? -1;
          const frame = Buffer.from(bytes.subarray(at - position));
          const header = decodeHeader(frame);
          if (header === undefined) throw new Error("no header");
          expect(header.frameBytes).toBe(FRAME_HEADER_BYTES + record.length);
          expect(header.unsyncedBytes).toBe(at - position);
          expect(isIntact(frame, header, at)).toBe(true);
          expect(isIntact(frame, header, at + 1)).toBe(false);
          expect(isIntact(frame.subarray(0, header.frameBytes - 1), header, at)).toBe(false);
        });
      }),
    ));

  it("is not intact with any bit changed", () => {
    const { bytes } = encodeFrames([new Uint8Array([1, 2, 3])], 7);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const header = decodeHeader(changed);
      expect(header !== undefined && isIntact(changed, header, 7), `bit ${bit}`).toBe(false);
    }
  });

  it("is never made of zeros, such as a file system may leave after a power cut", () => {
    expect(decodeHeader(Buffer.alloc(64))).toBeUndefined();
  });
});
