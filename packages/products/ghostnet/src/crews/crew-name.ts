import { GhostnetError } from "../ghostnet-error.ts";

export interface CrewName {
  /** As it is shown. */
  readonly shown: string;
  /** The same for all names that people would take for one. */
  readonly key: string;
}

const MIN_LENGTH = 3;
const MAX_LENGTH = 50;
/** Control, invisible and unassigned characters, and halves of a surrogate pair. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * A name as it is kept: trimmed, in Unicode's composed form, each run of spaces one space.
 *
 * @throws {GhostnetError} `CREW_NAME_INVALID`
 */
export function parseCrewName(text: string): CrewName {
  const shown = text
    .normalize("NFC")
    .replace(/\p{Zs}+/gu, " ")
    .trim();
  if (UNSEEN.test(shown)) throw invalid("it holds a character that cannot be seen");
  const length = [...shown].length;
  if (length < MIN_LENGTH || length > MAX_LENGTH) {
    throw invalid(`it has ${length} characters, ${MIN_LENGTH} to ${MAX_LENGTH} are expected`);
  }
  return { shown, key: searchKey(shown) };
}

/** `Straße`, `STRASSE` and `Ｓtrasse` are one. */
export function searchKey(text: string): string {
  return text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC").trim();
}

function invalid(reason: string): GhostnetError {
  return new GhostnetError(
    { code: "CREW_NAME_INVALID", status: 400, reason },
    `this cannot be the name of a crew: ${reason}`,
  );
}
