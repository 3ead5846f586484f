import { AuthError } from "@ghostchain/auth";
import { DatabaseError, sqlStateOf } from "@ghostchain/database";
import { CodedError } from "@ghostchain/service";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { z } from "zod";
import { ApiError, type ApiFault, type RequestIssue } from "./api-error.ts";

/** What every refused request is answered with. */
export const errorBody = z
  .object({
    error: z.object({
      code: z.string().describe("Stable; match on it, never on the message"),
      message: z.string(),
      issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  })
  .meta({ id: "Error" });
export type ErrorBody = z.output<typeof errorBody>;

/** The answer to a request that failed with `error`. What is not the client's doing tells it nothing. */
export function answerTo(error: unknown): { status: number; body: ErrorBody } {
  if (error instanceof CodedError && "status" in error.fault) {
    const { code, status } = error.fault;
    if (isClientStatus(status) || status === NOT_NOW || error instanceof ApiError) {
      const issues = issuesOf(error.fault);
      const body = { error: { code, message: error.message, ...(issues ? { issues } : {}) } };
      return { status: Number(status), body };
    }
  }
  if (error instanceof AuthError && error.code === "AUTH_TOKEN_EXPIRED") {
    return refusal({ code: "AUTH_REQUIRED", status: 401 }, "the session has just expired");
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation.map(({ instancePath, message }) => ({
      path: `${PARTS[error.validationContext ?? ""] ?? ""}${instancePath.replace(/\/$/, "").replaceAll("/", ".")}`,
      message: message ?? "not valid",
    }));
    return refusal({ code: "VALIDATION_FAILED", status: 400, issues }, "the request is not valid");
  }
  if (sqlStateOf(error) === NOT_A_TEXT) {
    return refusal({ code: "TEXT_INVALID", status: 400 }, "a text holds a character that none may");
  }
  if (NO_TABLES.has(sqlStateOf(error) ?? "")) {
    return refusal({ code: "NOT_READY", status: 503 }, "not everything has started yet");
  }
  if (error instanceof DatabaseError && UNAVAILABLE.has(error.code)) {
    return refusal({ code: "UNAVAILABLE", status: 503 }, "the database cannot be asked just now");
  }
  const known = FRAMEWORK[codeOf(error)];
  if (known) return refusal(...known);
  if (error instanceof Error && "statusCode" in error && isClientStatus(error.statusCode)) {
    return refusal({ code: "REQUEST_REFUSED", status: 400 }, "the request cannot be answered");
  }
  return { status: 500, body: INTERNAL };
}

/** When to ask again, where a fault that is answered says so. */
export function retryAfterOf(error: unknown): number | undefined {
  if (!(error instanceof CodedError) || !("retryAfterSeconds" in error.fault)) return undefined;
  const { retryAfterSeconds } = error.fault;
  return typeof retryAfterSeconds === "number" ? retryAfterSeconds : undefined;
}

/** Fastify's names for the parts of a request, and ours. */
const PARTS: Readonly<Record<string, string>> = {
  body: "body",
  querystring: "query",
  params: "params",
};
/** A product may say that it cannot just now; any other fault of ours tells nothing. */
const NOT_NOW = 503;
/** PostgreSQL's `character_not_in_repertoire`: U+0000 in a text. */
const NOT_A_TEXT = "22021";
/** A table, or its schema, that the indexer makes when it starts. */
const NO_TABLES: ReadonlySet<string> = new Set(["42P01", "3F000"]);
const UNAVAILABLE: ReadonlySet<string> = new Set(["DATABASE_UNREACHABLE", "DATABASE_BUSY"]);
const INTERNAL: ErrorBody = {
  error: { code: "INTERNAL", message: "something broke here; the request id finds it in our logs" },
};

type Answered = Extract<ApiFault, { status: number }>;
const MALFORMED: [Answered, string] = [
  { code: "BODY_MALFORMED", status: 400 },
  "the body is not valid JSON",
];

/** Fastify's own errors that a client causes. */
const FRAMEWORK: Readonly<Record<string, [Answered, string]>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: MALFORMED,
  FST_ERR_CTP_EMPTY_JSON_BODY: MALFORMED,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: MALFORMED,
  FST_ERR_CTP_BODY_TOO_LARGE: [{ code: "BODY_TOO_LARGE", status: 413 }, "the body is too large"],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    { code: "CONTENT_TYPE_UNSUPPORTED", status: 415 },
    "send application/json",
  ],
  FST_ERR_BAD_URL: [{ code: "URL_MALFORMED", status: 400 }, "the URL is not valid"],
  // a path that would leave the page's directory, or cannot name a file in it
  FST_STATIC_FORBIDDEN_PATH: [{ code: "NOT_FOUND", status: 404 }, "there is nothing there"],
  FST_ERR_MAX_PARAM_LENGTH: [{ code: "URL_MALFORMED", status: 400 }, "the URL is too long"],
};

function refusal(fault: Answered, message: string): { status: number; body: ErrorBody } {
  const issues = issuesOf(fault);
  const body = { error: { code: fault.code, message, ...(issues ? { issues } : {}) } };
  return { status: fault.status, body };
}

function issuesOf(fault: object): RequestIssue[] | undefined {
  return "issues" in fault && Array.isArray(fault.issues) ? [...fault.issues] : undefined;
}

function isClientStatus(status: unknown): boolean {
  return typeof status === "number" && status >= 400 && status < 500;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
