import { describe, expect, it } from "vitest";
import { CodedError } from "./coded-error.ts";

class DemoError extends CodedError<{ code: "GAS_EXCEEDED"; usedGas: bigint } | { code: "ODD" }> {}

describe("CodedError", () => {
  it("carries its code, its fault and the name of its class", () => {
    const error = new DemoError({ code: "GAS_EXCEEDED", usedGas: 12n });
    expect(error.code).toBe("GAS_EXCEEDED");
    expect(error.name).toBe("DemoError");
    expect(error.message).toBe("GAS_EXCEEDED: usedGas=12");
    expect(error).toBeInstanceOf(Error);
  });

  it("prefers the sentence it is given", () => {
    expect(new DemoError({ code: "ODD" }, "the value is odd").message).toBe("the value is odd");
  });
});
