import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
} from "fastify-type-provider-zod";
import { z } from "zod";
import { SECURITY_SCHEMES } from "./api-route.ts";
import { RefusalBook } from "./complete-docs.ts";
import { errorBody } from "./error-answer.ts";

const DESCRIPTION = `Amounts are decimal strings in wei, times are milliseconds since the Unix epoch, addresses are
taken in any case and given with their EIP-55 checksum. What is refused is answered with \`{error: {code, message,
issues?}}\`. Live events come over a WebSocket: see \`gatewayUrl\` of \`GET /network\`.`;

const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'";

/** Documents the routes that are registered after it: OpenAPI 3.1 at `/docs/json`, for people at `/docs`. */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  const schemaRegistry = z.registry<{ id: string }>();
  schemaRegistry.add(errorBody, { id: "Error" });
  // What JSON Schema cannot say, such as a transformation, is left open rather than refused.
  const zodToJsonConfig = { unrepresentable: "any", override: describeSchema } as const;
  const refusals = new RefusalBook();
  const transform = createJsonSchemaTransform({ schemaRegistry, zodToJsonConfig });
  const transformObject = createJsonSchemaTransformObject({ schemaRegistry, zodToJsonConfig });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "GhostChain", version: "0.1.0", description: DESCRIPTION },
      servers: [{ url: "/" }],
      components: { securitySchemes: SECURITY_SCHEMES },
    },
    transform: (input) => {
      refusals.note(input.route);
      return transform(input);
    },
    transformObject: (input) => {
      const document = transformObject(input);
      refusals.complete(document);
      return document;
    },
  });
  await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: POLICY });
}

/** Descriptions and examples, which schemas have in the registry that all share: products' `id`s there may clash. */
function describeSchema({
  zodSchema,
  jsonSchema,
}: {
  zodSchema: z.core.$ZodType;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  const { id: _, ...described } = z.globalRegistry.get(zodSchema) ?? {};
  Object.assign(jsonSchema, described);
  if (jsonSchema.anyOf) {
    // what JSON Schema cannot say is `{}`, and would make a union take anything
    jsonSchema.anyOf = jsonSchema.anyOf.filter((branch) => Object.keys(branch).length > 0);
  }
}
