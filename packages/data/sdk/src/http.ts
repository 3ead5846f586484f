import { RequestError, type RequestIssue } from "./request-error.ts";

export interface HttpRequest {
  readonly method: string;
  /** With `:name` where a parameter goes. */
  readonly path: string;
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: object | undefined;
  readonly token?: string | undefined;
}

const TIMEOUT_MS = 30_000;

/**
 * Asks the API and gives what it answered.
 *
 * @throws {RequestError} the API's own code; `UNREACHABLE`; `ANSWER_MALFORMED` when something that is not the
 *   API answered
 */
export async function askApi(
  apiUrl: string,
  ask: typeof fetch,
  request: HttpRequest,
): Promise<unknown> {
  const { method, body, token } = request;
  let response: Response;
  let text: string;
  try {
    response = await ask(urlOf(apiUrl, request), {
      method,
      credentials: "include",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (cause) {
    throw new RequestError({ code: "UNREACHABLE", status: 0 }, `cannot reach ${apiUrl}`, { cause });
  }
  const answer = parseJson(text);
  if (answer === undefined) {
    const fault = { code: "ANSWER_MALFORMED", status: response.status };
    throw new RequestError(fault, `${apiUrl} does not answer as the API does`);
  }
  if (!response.ok) throw refusalOf(response, answer);
  return answer;
}

function urlOf(apiUrl: string, { path, params = {}, query = {} }: HttpRequest): string {
  const values = new Map(Object.entries(params));
  const filled = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(values.get(name))),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  const suffix = search.size === 0 ? "" : `?${search}`;
  return `${apiUrl.replace(/\/$/, "")}${filled}${suffix}`;
}

function refusalOf(response: Response, answer: unknown): RequestError {
  const { error } = answer as {
    error?: { code?: string; message?: string; issues?: RequestIssue[] };
  };
  const retryAfter = response.headers.get("retry-after");
  return new RequestError(
    {
      code: error?.code ?? "ANSWER_MALFORMED",
      status: response.status,
      issues: error?.issues ?? [],
      retryAfterMs: retryAfter === null ? undefined : Number(retryAfter) * 1000,
    },
    error?.message ?? `the API answered ${response.status}`,
  );
}

function parseJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
