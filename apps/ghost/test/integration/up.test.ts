import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { GhostCommand } from "../ghost-command.ts";

const started: GhostCommand[] = [];
afterEach(async () => {
  for (const ghost of started.splice(0)) await ghost.remove();
});

describe("ghost up without what it needs", () => {
  it.each([
    [{ DATABASE_URL: "postgres://ghost:hunter2@127.0.0.1:1/x" }, "the database at 127.0.0.1:1/x"],
    [{ REDIS_URL: "redis://ghost:hunter2@127.0.0.1:1" }, "the event bus at 127.0.0.1:1"],
    [{ RPC_URL: "http://ghost:hunter2@127.0.0.1:1" }, "answers at http://127.0.0.1:1"],
    [{ RPC_URL: "ws://127.0.0.1:1" }, "answers at ws://127.0.0.1:1"],
  ])("says so in one line and ends (%j)", async (environment, said) => {
    const ghost = start(["--players", "0"], environment as Record<string, string>);
    expect(await ghost.exited).toBe(1);
    expect(ghost.output.trim().split("\n")).toEqual([expect.stringMatching(/^error: /)]);
    expect(ghost.output).toContain(said);
    expect(ghost.output).not.toContain("hunter2");
  });
});

describe("ghost up that is interrupted", () => {
  it("stops in order also when the signal comes twice, as it does under npm", async () => {
    const ghost = start(["--players", "2"]);
    await ghost.ready();
    const saidMs = performance.now();
    ghost.signal("SIGINT");
    ghost.signal("SIGTERM");
    expect(await ghost.exited).toBe(0);
    expect(performance.now() - saidMs).toBeLessThan(2_000);
    expect(existsSync(join(ghost.directory, "database/cluster/postmaster.pid"))).toBe(false);
    expect(ghost.output.trim().split("\n").at(-1)).toMatch(/^ready/);
  });
});

const hasIpv6 = networkInterfaces().lo?.some(({ address }) => address === "::1");

describe.skipIf(!hasIpv6)("ghost up on an IPv6 address", () => {
  it("writes it as URLs want it, wherever it tells an address", async () => {
    const ghost = start(["--players", "0", "--host", "::1"]);
    await ghost.ready();
    expect(ghost.printed("page")).toMatch(/^http:\/\/\[::1\]:\d+$/);
    const network = await (await fetch(`${ghost.printed("page")}/network`)).json();
    expect(network).toMatchObject({
      rpcUrl: expect.stringMatching(/^http:\/\/\[::1\]:\d+$/),
      wsUrl: expect.stringMatching(/^ws:\/\/\[::1\]:\d+$/),
      gatewayUrl: expect.stringMatching(/^ws:\/\/\[::1\]:\d+\/ws$/),
    });
  });
});

function start(flags: string[], environment: Record<string, string> = {}): GhostCommand {
  const ghost = new GhostCommand(flags, environment);
  started.push(ghost);
  return ghost;
}
