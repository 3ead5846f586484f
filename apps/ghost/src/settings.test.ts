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

  it.each(["", " ", "0x50", "1e3", "1.5", "+1", "-1", "65536", "99999999999"])(
    "takes %j for no port",
    (text) => {
      const message = expect.stringMatching(/^wrong settings: --rpc-port: [^;]*$/);
      expect(() => parseSettings([`--rpc-port=${text}`], {})).toThrow(
        expect.objectContaining({ message }),
      );
    },
  );

  it.each(["", "9", "3600001", "-5", "0.5"])("takes %j for no block time", (text) => {
    expect(() => parseSettings([`--block-time=${text}`], {})).toThrow(/^[^;]*--block-time: [^;]*$/);
  });

  it("knows where else pages are served from", () => {
    const environment = { PAGE_ORIGINS: "https://a.example, HTTP://B.example:8080/" };
    const settings = parseSettings([], environment);
    expect(settings).toMatchObject({
      PAGE_ORIGINS: ["https://a.example", "http://b.example:8080"],
    });
  });

  it.each(["a.example", "https://a.example/page", "ftp://a", "https://u:p@a", "https://a,,"])(
    "takes %j for no origins",
    (PAGE_ORIGINS) => expect(() => parseSettings([], { PAGE_ORIGINS })).toThrow("PAGE_ORIGINS"),
  );

  it("offers help before it judges the rest", () => {
    expect(parseSettings(["--help"], {})).toBe("help");
    expect(parseSettings(["-h"], {})).toBe("help");
  });

  it.each([
    [["--prot", "1"], "--prot"],
    [["extra"], "extra"],
    [["--rpc-port"], "--rpc-port"],
    [["--rpc-port", "-1"], "'--rpc-port' argument is ambiguous. See"],
    [["--fresh=yes"], "--fresh"],
  ])("refuses %j and names what it does not know", (arguments_, named) => {
    expect(() => parseSettings(arguments_, {})).toThrow(named);
  });

  it("names every wrong value, from flags and environment alike", () => {
    const attempt = () =>
      parseSettings(["--rpc-port", "70000", "--players", "many"], { DATABASE_URL: "mysql://x" });
    expect(attempt).toThrow(
      /^wrong settings: --rpc-port: must be 0 .*; --players: must be .*; DATABASE_URL: must be a URL.*$/,
    );
  });

  it("wants all contracts of the game or none", () => {
    const address = `0x${"ab".repeat(20)}`;
    expect(() => parseSettings([], { DATA_TOKEN_ADDRESS: address })).toThrow(
      /^wrong settings: GHOST_CORE_ADDRESS: is missing.*; TRACE_SCAN_ADDRESS: is missing[^;]*$/,
    );
  });

  it("takes an empty variable for an unset one", () => {
    expect(parseSettings([], { RPC_URL: "", DATABASE_URL: "" })).toMatchObject({ "--players": 8 });
  });
});
