import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { z } from 'zod';
import { EngineEvent } from '../schemas/core/event.ts';
import { Problem } from '../schemas/core/problem.ts';
import type { FamilyModule } from './family.ts';
import type { Mounted } from './http/mount.ts';
import { KEY_PATTERN } from './middleware/idempotency.ts';
import { meaningOf } from './problem-codes.ts';
import type { ProblemStyle } from './problem.ts';
import type { Route } from './route.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

const DocumentedProblem = Problem.meta({
  id: 'Problem',
  description: 'RFC 9457 problem details; every error answer has this shape.',
});

const ABOUT = `Runs AI agents' paid work durably: planned, approved, paid for, executed, proven, undone where it fails.

In the commands, \`$STEWARD_URL\` is the address of this server and \`$STEWARD_KEY\` an API key, where keys are required.`;

/** The description of everything mounted, made from the records that serve it. */
export function buildDocument(
  version: string,
  families: readonly FamilyModule[],
  mounted: readonly Mounted[],
): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = {};
  const ownCodes: Codes = Object.assign({}, ...families.map((family) => family.ownCodes));
  const inputErrors = families.flatMap((family) => family.inputErrors ?? []);
  for (const { route, family } of mounted) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    const errors = [...(route.errors ?? []), ...(route.handsInput ? inputErrors : [])];
    const style = family === undefined ? { codes: ownCodes } : family.problems;
    paths[path] = { ...paths[path], [route.method]: operation({ ...route, errors }, style) };
  }
  const document = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Steward',
      version,
      description: [ABOUT, ...families.flatMap(({ startHere }) => startHere ?? [])].join('\n\n'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: families.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key, sk_<prefix>_<secret>. Ignored while auth is off.',
        },
      },
    },
  });
  return listEvents(document, families);
}

type Codes = NonNullable<ProblemStyle['codes']>;

/** The schema takes whatever a family declares; the document names what is declared here. */
function listEvents(document: OpenApiDocument, families: readonly FamilyModule[]): OpenApiDocument {
  const events = [...EngineEvent.options, ...families.flatMap((family) => family.events ?? [])];
  const { schemas = {} } = document.components ?? {};
  for (const [name, schema] of Object.entries(schemas))
    if (name.startsWith('EventType')) Object.assign(schema, { enum: events, pattern: undefined });
  return document;
}

function operation(route: Route, style: ProblemStyle | undefined): ZodOpenApiOperationObject {
  const query = objectOf(route.query);
  return {
    operationId: `${route.method}${route.path.replace(/\W+(\w)/g, (_all, letter: string) => letter.toUpperCase()).replace(/\W/g, '')}`,
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    tags: [...route.tags],
    security: route.scope === null ? [] : [...(route.visitors ? [{}] : []), { key: [] }],
    ...(route.scope !== null && { 'x-scope': route.scope }),
    requestParams: {
      ...(route.path.includes(':') && { path: objectOf(route.params) ?? pathParams(route.path) }),
      ...(query && { query }),
      ...(route.idempotent && { header: IdempotencyHeader }),
    },
    ...(route.body && {
      requestBody: {
        required: !route.body.safeParse(undefined).success,
        content: { 'application/json': { schema: route.body } },
      },
    }),
    responses: { ...answers(route), ...problems(route, style) },
  };
}

const IdempotencyHeader = z.object({
  'Idempotency-Key': z.string().min(1).max(255).regex(KEY_PATTERN).optional().meta({
    description:
      'Same key and same request: the first answer again, with Idempotent-Replayed: true. Kept 24 hours.',
  }),
});

const objectOf = (schema: z.ZodType | undefined): z.ZodObject | undefined =>
  schema instanceof z.ZodObject ? schema : undefined;

function pathParams(path: string): z.ZodObject {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!);
  return z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
}

function answers(route: Route): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, { description, schema, type = 'application/json' }]) => [
      status,
      { description, ...(!(schema instanceof z.ZodUndefined) && { content: { [type]: { schema } } }) },
    ]),
  );
}

/** What every route may answer, and what this one says of itself, grouped by status. */
function problems(route: Route, style: ProblemStyle | undefined): ZodOpenApiResponsesObject {
  const codes = ['internal', 'unavailable', ...(route.errors ?? [])];
  if (route.limited !== false) codes.push('rate_limited');
  if (route.scope !== null) codes.push('unauthorized', 'forbidden');
  if (route.query || route.params || route.body) codes.push('validation_failed');
  if (route.body) codes.push('invalid_json', 'too_large', 'media_type');
  if (route.idempotent)
    codes.push('idempotency_key_reused', 'idempotency_in_progress', 'invalid_idempotency_key');
  const meanings = [...new Set(codes)].map((code) => {
    const shown = style?.rename?.[code] ?? code;
    return { shown, ...meaningOf(shown, style?.codes, code) };
  });
  const byStatus = Map.groupBy(meanings, ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: `${group[0]!.title}: ${group.map(({ shown }) => `\`${shown}\``).join(', ')}`,
        content: { 'application/problem+json': { schema: DocumentedProblem } },
      },
    ]),
  );
}
