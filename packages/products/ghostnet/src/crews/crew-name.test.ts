import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCrewName, searchKey } from "./crew-name.ts";

const refused = expect.objectContaining({ code: "CREW_NAME_INVALID" });

describe("parseCrewName", () => {
  it.each([
    ["  Ghosts  ", "Ghosts"],
    ["Night\u00a0\u2003 Watch", "Night Watch"],
    ["Cafe\u0301", "Caf\u00e9"],
    ["👻👻👻", "👻👻👻"],
    ["漢字だ", "漢字だ"],
    ["x".repeat(50), "x".repeat(50)],
  ])("takes %j as %j", (text, shown) => {
    expect(parseCrewName(text).shown).toBe(shown);
  });

  it.each([
    ["", "0 characters"],
    ["  ab  ", "2 characters"],
    ["👻👻", "2 characters"],
    ["x".repeat(51), "51 characters"],
    ["Gho\u0000sts", "cannot be seen"],
    ["Gho\tsts", "cannot be seen"],
    ["Gho\u200bsts", "cannot be seen"],
    ["\u202estsohG", "cannot be seen"],
    ["Gho\ud800sts", "cannot be seen"],
    ["Gho\u2028sts", "cannot be seen"],
  ])("refuses %j, saying %s", (text, said) => {
    expect(() => parseCrewName(text)).toThrow(refused);
    expect(() => parseCrewName(text)).toThrow(said);
  });

  it.each([
    ["Ghosts", "gHOSTS"],
    ["Straße", "STRASSE"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευς"],
    ["Ｇｈｏｓｔｓ", "ghosts"],
    ["ﬁre crew", "FIRE CREW"],
    ["Cafe\u0301", "CAF\u00c9"],
    ["The  Crew ", "the crew"],
  ])("knows %j and %j for one name", (one, other) => {
    expect(parseCrewName(one).key).toBe(parseCrewName(other).key);
  });

  it("gives every name a key that its own spelling, and any other case of it, has too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 3, maxLength: 40 }), (text) => {
        try {
          const { shown, key } = parseCrewName(text);
          expect(parseCrewName(shown)).toEqual({ shown, key });
          expect(searchKey(shown.toUpperCase())).toBe(key);
          expect(new TextEncoder().encode(key).length).toBeLessThan(2_700);
        } catch (error) {
          expect(error).toEqual(refused);
        }
      }),
    );
  });
});
