import { existsSync, readFileSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import type { TestContext } from 'vitest';
import type { Shape } from './openapi-comparison.ts';

interface Operation {
  parameters?: { name: string; required?: boolean; schema: Shape }[];
  requestBody?: { content: Record<string, { schema: Shape }> };
  responses: Record<string, { content?: Record<string, { schema: Shape }> }>;
}
export interface Document {
  components: { schemas: Record<string, Shape> };
  paths: Record<string, Record<string, Operation>>;
}

// Handed over beside the project, not part of it.
const file = resolvePath(
  import.meta.dirname,
  '../../../shared/contracts/masumi-payment-service.openapi.json',
);
const document = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Document) : undefined;

/** Skips the test, and says why, where the file is not there. */
export function given(context: TestContext): Document {
  return document ?? context.skip('the OpenAPI file of the payment service is not beside this project');
}

const JSON_TYPE = 'application/json';

function operationOf({ paths }: Document, route: string): Operation {
  const [method = '', path = ''] = route.split(' ');
  const operation = paths[path]?.[method.toLowerCase()];
  if (!operation) throw new Error(`${route} is not in the document`);
  return operation;
}

/** A query is compared as the object that its parameters make. */
export function requestShape(all: Document, route: string): Shape {
  const operation = operationOf(all, route);
  const body = operation.requestBody?.content[JSON_TYPE]?.schema;
  if (body) return body;
  const parameters = operation.parameters ?? [];
  return {
    type: 'object',
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
  };
}

export const answerShape = (all: Document, route: string, status: string): Shape =>
  operationOf(all, route).responses[status]?.content?.[JSON_TYPE]?.schema ?? {};

export const resolver =
  ({ components }: Document) =>
  (shape: Shape): Shape => {
    const name = shape.$ref?.split('/').at(-1);
    return name === undefined ? shape : (components.schemas[name] ?? {});
  };
