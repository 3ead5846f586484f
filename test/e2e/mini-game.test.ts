import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, launchChromium } from "./chromium.ts";
import { GhostProcess, temporaryDirectory } from "./ghost-process.ts";

const ARTIFACTS = join(import.meta.dirname, "artifacts");
const chromium = findChromium();
if (!chromium && process.env.CI) throw new Error("CI needs Chromium");
if (!chromium) console.warn("the game on the page: skipped, there is no Chromium");

let ghost: GhostProcess;
let browser: Browser;
let page: Page;
const directory = temporaryDirectory();
const faults: string[] = [];

describe.skipIf(!chromium)("the game on the page", () => {
  beforeAll(async () => {
    const flags = ["--data-dir", directory.path, "--players", "0", "--block-time", "200"];
    ghost = await GhostProcess.start(flags);
    browser = await launchChromium(chromium ?? "");
    page = await browser.newPage({ viewport: { width: 1440, height: 1100 } });
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(ghost.apiUrl);
    await page.getByRole("button", { name: "Burner wallet" }).click();
    await page.getByRole("button", { name: "Get test funds" }).click();
    await page.getByTestId("wallet-message").getByText("funded").waitFor();
    await page.getByLabel("level").selectOption("VAULT");
    await page.getByRole("button", { name: "Jack in" }).click();
    await page.getByTestId("wallet-message").getByText("jacked in").waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await ghost?.end("SIGTERM");
    directory.remove();
  });

  it("is typed by a person, and its boost is taken by the chain", async () => {
    await page.getByRole("button", { name: "New command" }).click();
    await page.getByTestId("typing-message").getByText("type the command").waitFor();
    const command = (await page.getByTestId("typing-command").textContent()) ?? "";
    await page.keyboard.press("q");
    await page.keyboard.press("Backspace");
    for (const character of command) {
      await page.waitForTimeout(40 + Math.random() ** 2 * 220);
      await page.keyboard.type(character);
    }
    await page.getByTestId("typing-message").getByText("death rate").waitFor();
    await page.getByRole("button", { name: "Apply boost" }).click();
    await page.getByTestId("wallet-message").getByText("boosted").waitFor();
    await page.getByTestId("feed").getByText("is boosted by").waitFor();
    expect(await page.getByRole("button", { name: "Apply boost" }).count()).toBe(0);
  });

  it("has crews to make and to leave", async () => {
    await page.getByLabel("name of a new crew").fill("Night Watch");
    await page.getByRole("button", { name: "Make crew" }).click();
    const crew = page.getByTestId("crews").locator("tr", { hasText: "Night Watch" });
    await crew.waitFor();
    mkdirSync(ARTIFACTS, { recursive: true });
    await page.screenshot({ path: join(ARTIFACTS, "mini-game.png") });
    await crew.getByRole("button", { name: "Leave" }).click();
    await page.getByTestId("crews").getByText("There is no crew yet.").waitFor();
    expect(faults).toEqual([]);
  });
});
