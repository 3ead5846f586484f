import { describe, expect, it } from "vitest";
import { ownOrigins } from "./own-origins.ts";

describe("ownOrigins", () => {
  it.each(["127.0.0.1", "localhost", "::1", "0.0.0.0", "::"])("trusts loopback on %s", (host) => {
    expect(ownOrigins(host, 3000)).toEqual([
      "http://127.0.0.1:3000",
      "http://localhost:3000",
      "http://[::1]:3000",
    ]);
  });

  it("trusts an address of its own, and no other", () => {
    expect(ownOrigins("192.168.1.5", 3000)).toEqual(["http://192.168.1.5:3000"]);
    expect(ownOrigins("fe80::1", 3000)).toEqual(["http://[fe80::1]:3000"]);
  });

  it("leaves out the port that an origin leaves out", () => {
    expect(ownOrigins("box.example", 80)).toEqual(["http://box.example"]);
  });
});
