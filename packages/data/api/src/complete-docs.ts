import type { RouteRefusal } from "@ghostchain/product";
import type { RouteOptions } from "fastify";

/** The parts of an OpenAPI document that are completed here. */
interface Documented {
  paths?: Record<string, Record<string, unknown> | undefined>;
}
interface Operation {
  operationId?: string;
  security?: readonly object[];
  parameters?: readonly object[];
  requestBody?: object;
  responses: Record<string, DocumentedResponse>;
}
interface DocumentedResponse {
  description?: string;
  content?: object;
}

const METHODS = ["get", "post", "put", "delete"];
const DEFAULT_DESCRIPTION = "Default Response";

/** What a route refuses by itself, for those who have one; by `get /users/{address}`. */
export class RefusalBook {
  readonly #refusals = new Map<string, readonly RouteRefusal[]>();

  /** Remembers a route that is about to be documented. */
  note({ method, url, config }: RouteOptions): void {
    const name = `${String(method).toLowerCase()} ${url.replace(/:(\w+)/g, "{$1}")}`;
    const common = config?.access ? [TOO_MANY, UNAVAILABLE] : [];
    this.#refusals.set(name, [...(config?.refusals ?? []), ...common]);
  }

  /** Names each operation for generated clients, and says for each status which codes come with it. */
  complete(document: Documented): void {
    for (const [path, item] of Object.entries(document.paths ?? {})) {
      for (const method of METHODS) {
        const operation = item?.[method];
        if (!isOperation(operation)) continue;
        operation.operationId ??= operationId(method, path);
        const own = this.#refusals.get(`${method} ${path}`) ?? [];
        addRefusals(operation, [...own, ...impliedBy(operation, method)]);
        describeResponses(operation);
      }
    }
  }
}

/** `getUsersByAddressHistory`: as stable as the path. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/\{(\w+)\}/g, (_, name: string) => `by-${name}`)
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

const TOO_MANY = {
  status: 429,
  code: "RATE_LIMITED",
  when: "the budget is spent: see Retry-After",
};
const UNAVAILABLE = { status: 503, code: "UNAVAILABLE", when: "the database cannot be asked" };

function impliedBy(operation: Operation, method: string): RouteRefusal[] {
  const { parameters = [], requestBody, security } = operation;
  const refusals: RouteRefusal[] = [];
  if (parameters.length > 0 || requestBody)
    refusals.push({ status: 400, code: "VALIDATION_FAILED", when: "see `issues`" });
  if (requestBody) {
    refusals.push({ status: 400, code: "BODY_MALFORMED", when: "the body is not JSON" });
    refusals.push({ status: 413, code: "BODY_TOO_LARGE", when: "the body is too large" });
    refusals.push({ status: 415, code: "CONTENT_TYPE_UNSUPPORTED", when: "it is not JSON" });
  }
  if (security) refusals.push({ status: 401, code: "AUTH_REQUIRED", when: "nobody is logged in" });
  if (security && method !== "get")
    refusals.push({ status: 403, code: "CSRF_REFUSED", when: "a cookie, and a foreign page" });
  return refusals;
}

function addRefusals({ responses }: Operation, refusals: readonly RouteRefusal[]): void {
  // only operations that answer errors as all others do
  if (responses["4XX"] === undefined) return;
  for (const status of new Set(refusals.map((refusal) => refusal.status))) {
    if (responses[status] !== undefined) continue;
    const those = refusals.filter((refusal) => refusal.status === status);
    const examples = those.map(({ code, when }) => [
      code,
      { value: { error: { code, message: when } } },
    ]);
    responses[status] = {
      description: those.map(({ code, when }) => `\`${code}\`: ${when}`).join("; "),
      content: {
        "application/json": {
          schema: { $ref: "#/components/schemas/Error" },
          examples: Object.fromEntries(examples),
        },
      },
    };
  }
}

function describeResponses({ responses }: Operation): void {
  for (const [status, response] of Object.entries(responses)) {
    if (response.description !== DEFAULT_DESCRIPTION) continue;
    response.description = SAID[status.charAt(0)] ?? "Answered";
  }
}

const SAID: Readonly<Record<string, string>> = {
  "2": "Done",
  "4": "Refused: match on `error.code`",
  "5": "Not by the client's doing: try again",
};

function isOperation(value: unknown): value is Operation {
  return typeof value === "object" && value !== null && "responses" in value;
}
