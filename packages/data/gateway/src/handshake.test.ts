import { describe, expect, it } from "vitest";
import { checkHandshake } from "./handshake.ts";

const RULES = { path: "/ws", origins: ["https://ghost.example"], connections: 3 };

describe("checkHandshake", () => {
  it("lets in a page that is listed, and programs, which send no Origin", () => {
    expect(check("/ws", "https://ghost.example")).toBeUndefined();
    expect(check("/ws?v=1")).toBeUndefined();
  });

  it.each(["https://evil.example", "https://ghost.example.evil.example", "null", ""])(
    "refuses the foreign Origin %j",
    (origin) => {
      expect(check("/ws", origin)).toMatchObject({ status: 403, code: "ORIGIN_NOT_ALLOWED" });
    },
  );

  it("lets every page in where any may", () => {
    const request = { url: "/ws", headers: { origin: "https://evil.example" } };
    expect(checkHandshake(request, 0, { ...RULES, origins: "any" })).toBeUndefined();
  });

  it.each(["/", "/ws/", "/wss", "/WS", "//ws", "", "http://["])("has nothing at %j", (url) => {
    expect(check(url)).toMatchObject({ status: 404 });
  });

  it.each(["token", "ticket", "jwt", "access_token"])("refuses %s in the URL", (name) => {
    expect(check(`/ws?${name}=x`)).toMatchObject({ status: 400, code: "TOKEN_IN_URL" });
  });

  it("refuses one more than it holds", () => {
    expect(check("/ws", undefined, 2)).toBeUndefined();
    expect(check("/ws", undefined, 3)).toMatchObject({ status: 503, code: "GATEWAY_FULL" });
  });
});

function check(url: string, origin?: string, open = 0) {
  return checkHandshake({ url, headers: origin === undefined ? {} : { origin } }, open, RULES);
}
