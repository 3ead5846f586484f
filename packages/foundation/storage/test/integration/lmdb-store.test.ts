import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openLmdb } from "../../src/index.ts";
import { describeKeyValue } from "../key-value-contract.ts";

const root = mkdtempSync(join(tmpdir(), "ghost-lmdb-"));
afterAll(() => rmSync(root, { recursive: true }));
const freshDirectory = () => mkdtempSync(join(root, "store-"));

describeKeyValue("openLmdb", () => openLmdb({ path: freshDirectory() }));
