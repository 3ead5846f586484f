import type { Auth } from "@ghostchain/auth";
import {
  fieldLinesOf,
  HttpSignatureError,
  isSigned,
  type RequestMessage,
  type SignedClients,
} from "@ghostchain/http-signature";
import type { RpcCaller, RpcProxy, RpcReply } from "@ghostchain/rpc-proxy";
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { identifyCaller, refuseTokenInUrl } from "./caller.ts";
import { errorBody } from "./error-answer.ts";
import { networkOf } from "./limit-requests.ts";

export interface RpcRouteParts {
  readonly auth: Auth;
  /** Without it there is no `POST /rpc`. */
  readonly rpc?: RpcProxy;
  /** Programs that sign their requests; without them a signed request is refused. */
  readonly signedClients?: SignedClients;
  readonly origins: () => readonly string[];
}

const BODY_BYTES = 1024 * 1024;
const NO_BODY = Buffer.alloc(0);

const call = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  method: z.string(),
  params: z.array(z.unknown()).optional(),
});
const response = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.number(), z.null()]),
  result: z.unknown().optional(),
  error: z
    .object({ code: z.number(), message: z.string(), data: z.unknown().optional() })
    .optional(),
});

/** `POST /rpc`: JSON-RPC to the chain. It has budgets of its own, by what each call costs. */
export async function registerRpcRoute(app: FastifyInstance, parts: RpcRouteParts): Promise<void> {
  const { rpc } = parts;
  if (rpc === undefined) return;
  // in a scope of its own: here a body stays as it came, so that its digest can be checked
  const route: FastifyPluginAsync = async (scope) => {
    scope.removeContentTypeParser("application/json");
    scope.addContentTypeParser(
      "application/json",
      { parseAs: "buffer", bodyLimit: BODY_BYTES },
      (_request, body, parsed) => parsed(null, body),
    );
    scope.route({
      method: "POST",
      url: "/rpc",
      schema: {
        tags: ["chain"],
        summary: "JSON-RPC 2.0 to the chain, one call or a batch",
        description:
          "Public methods only. Budgets are counted by address, by user with a bearer token, or by client when " +
          "the request is signed (RFC 9421: @method, @target-uri, content-digest; created, nonce, keyid).",
        body: z.union([call, z.array(call)]),
        response: {
          200: z.union([response, z.array(response)]),
          204: z.null().describe("Nothing in the request wanted an answer"),
          429: response.describe("One call, beyond its budget"),
          "4xx": errorBody,
          "5xx": errorBody,
        },
      },
      // the proxy reads it, and answers what cannot be read as JSON-RPC does
      validatorCompiler: () => (value) => ({ value }),
      handler: (request, reply) => answer(rpc, parts, request, reply),
    });
  };
  await app.register(route);
}

async function answer(
  rpc: RpcProxy,
  parts: RpcRouteParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  refuseTokenInUrl(request);
  const body = Buffer.isBuffer(request.body) ? request.body : NO_BODY;
  const caller = await rpcCaller(request, body, parts);
  const leaving = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) leaving.abort(new Error("the client left"));
  });
  try {
    return sendReply(reply, await rpc.handle(body.toString("utf8"), caller, leaving.signal));
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
    // nobody is there to be told, and nothing failed
    return reply.hijack();
  }
}

function sendReply(reply: FastifyReply, { status, body, retryAfterMs }: RpcReply): FastifyReply {
  reply.code(status).header("cache-control", "no-store");
  if (retryAfterMs !== undefined) reply.header("retry-after", Math.ceil(retryAfterMs / 1_000));
  if (body === undefined) return reply.send();
  return reply.type("application/json; charset=utf-8").send(body);
}

/** A signature decides alone: with a wrong one nobody is taken for somebody else, or for nobody. */
async function rpcCaller(
  request: FastifyRequest,
  body: Buffer,
  { auth, signedClients, origins }: RpcRouteParts,
): Promise<RpcCaller> {
  const message = messageOf(request);
  if (isSigned(message.fields)) {
    if (!signedClients) {
      throw new HttpSignatureError({ code: "SIGNATURE_KEY_UNKNOWN", status: 401 });
    }
    const { keyid, limits, methods } = await signedClients.verify(message, body);
    return { key: `client:${keyid}`, perMinute: limits, methods };
  }
  const { session, by } = await identifyCaller(request, auth);
  // a browser sends a cookie for any page: only ours may spend the user's budget
  if (session && (by === "header" || origins().includes(request.headers.origin ?? ""))) {
    return { key: `user:${session.address}` };
  }
  return { key: `address:${networkOf(request.ip)}` };
}

function messageOf({ method, protocol, host, raw }: FastifyRequest): RequestMessage {
  const fields = fieldLinesOf(raw.rawHeaders);
  return { method, scheme: protocol, authority: host, target: raw.url ?? "/", fields };
}
