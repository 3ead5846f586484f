import { describe, expect, it } from "vitest";
import { FORMS } from "./forms.ts";
import { describeCommand, parseSettings as parse } from "./parse-settings.ts";

const parseSettings = (
  arguments_: readonly string[],
  environment: Readonly<Record<string, string>>,
) => parse(FORMS.up, arguments_, environment);

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

describe("parseSettings for one process of many", () => {
  const server = { DATABASE_URL: "postgres://root@127.0.0.1/ghost" };

  it("names every variable that is needed and not there", () => {
    expect(() => parse(FORMS.indexer, [], {})).toThrow(
      /^wrong settings: DATABASE_URL: is missing: .*; RPC_URL: is missing: [^;]*$/,
    );
  });

  it("takes no flag of another command", () => {
    expect(() => parse(FORMS.gateway, ["--rpc-port", "1"], server)).toThrow(
      /--rpc-port.*See ghost gateway --help\.$/,
    );
  });

  it("does not heed a variable that the command does not take", () => {
    const settings = parse(FORMS.gateway, [], { ...server, RPC_URL: "nonsense" });
    expect(settings).not.toHaveProperty("RPC_URL");
  });

  it("reads several chains' URLs, and refuses all for one that is none", () => {
    const RPC_URL = "ws://127.0.0.1:8545, https://rpc.example/key";
    expect(parse(FORMS.indexer, [], { ...server, RPC_URL })).toMatchObject({
      RPC_URL: ["ws://127.0.0.1:8545", "https://rpc.example/key"],
    });
    const wrong = { ...server, RPC_URL: "ws://127.0.0.1:8545,mailto:x" };
    expect(() => parse(FORMS.indexer, [], wrong)).toThrow("RPC_URL: must be a URL such as");
  });

  it.each(["yes", "1", "TRUE"])("takes %j for neither true nor false", (GATEWAY_PUBLIC) => {
    expect(() => parse(FORMS.gateway, [], { ...server, GATEWAY_PUBLIC })).toThrow("GATEWAY_PUBLIC");
  });
});

describe("describeCommand", () => {
  it.each(Object.values(FORMS))("tells all that $name takes, in lines that fit", (form) => {
    const text = describeCommand(form);
    for (const option of form.options) expect(text).toContain(`  ${option} `);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});
