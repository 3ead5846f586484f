import { describe, expect, it } from "vitest";
import { parseSettings } from "./settings.ts";

describe("parseSettings", () => {
  it("has a default for every flag", () => {
    expect(parseSettings([], {})).toMatchObject({
      "--data-dir": "./.ghost",
      "--rpc-port": 8545,
      "--api-port": 3000,
      "--gateway-port": 8080,
      "--block-time": 1000,
      "--players": 8,
      "--host": "127.0.0.1",
      "--fresh": false,
    });
  });

  it("reads flags in both spellings", () => {
    const settings = parseSettings(["--rpc-port=0", "--players", "3", "--fresh"], {});
    expect(settings).toMatchObject({ "--rpc-port": 0, "--players": 3, "--fresh": true });
  });

  it("offers help before it judges the rest", () => {
    expect(parseSettings(["--help"], {})).toBe("help");
  });

  it.each([
    [["--prot", "1"], "--prot"],
    [["extra"], "extra"],
    [["--rpc-port"], "--rpc-port"],
  ])("refuses %j and names what it does not know", (arguments_, named) => {
    expect(() => parseSettings(arguments_, {})).toThrow(named);
  });

  it("names every wrong value, from flags and environment alike", () => {
    const attempt = () =>
      parseSettings(["--rpc-port", "70000", "--players", "many"], { DATABASE_URL: "mysql://x" });
    expect(attempt).toThrow(
      /--rpc-port: must be 0 .*\n.*--players: must be .*\n.*DATABASE_URL: must be a URL/,
    );
  });

  it("takes an empty variable for an unset one", () => {
    expect(parseSettings([], { RPC_URL: "", DATABASE_URL: "" })).toMatchObject({ "--players": 8 });
  });
});
