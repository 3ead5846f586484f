export { type GhostOptions, type RunningGhost, startGhost } from "./start-ghost.ts";
