/** Levels 1 to 5, safest first, as the contracts number them. */
export const LEVEL_NAMES = ["VAULT", "MAINFRAME", "SUBNET", "DARKNET", "BLACK_ICE"] as const;

export type LevelName = (typeof LEVEL_NAMES)[number];

/** `LEVEL_9` for a number the game does not have: an event is never dropped for its name. */
export function levelName(level: number): LevelName | `LEVEL_${number}` {
  return LEVEL_NAMES[level - 1] ?? `LEVEL_${level}`;
}
