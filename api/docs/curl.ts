import type { OpenApiDocument } from '../openapi.ts';
import { sampleOf } from './sample.ts';

type PathItem = NonNullable<OpenApiDocument['paths']>[string];
type Operation = NonNullable<PathItem['get']>;
type Parameter = Exclude<NonNullable<Operation['parameters']>[number], { $ref: string }>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** The document with a curl line for each operation, under the name that documentation tools look for. */
export function withCurl(document: OpenApiDocument): OpenApiDocument {
  const paths = Object.entries(document.paths ?? {}).map(([path, item]) => [
    path,
    { ...item, ...samplesOf(document, path, item) },
  ]);
  return { ...document, paths: Object.fromEntries(paths) };
}

const samplesOf = (document: OpenApiDocument, path: string, item: PathItem): PathItem =>
  Object.fromEntries(
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      const source = curlOf(document, method, path, operation);
      return [[method, { ...operation, 'x-codeSamples': [{ lang: 'Shell', label: 'curl', source }] }]];
    }),
  );

/** One line for a shell. What the caller has to fill in are variables: `$STEWARD_URL`, `$STEWARD_KEY`, `$ID`. */
export function curlOf(
  document: OpenApiDocument,
  method: (typeof METHODS)[number],
  path: string,
  operation: Operation,
): string {
  const body = operation.requestBody as { content: Record<string, { schema?: object }> } | undefined;
  const schema = body?.content['application/json']?.schema;
  const parts = [
    isStream(operation) ? "curl -sN -H 'accept: text/event-stream'" : 'curl -s',
    ...(method === 'get' ? [] : [`-X ${method.toUpperCase()}`]),
    `"$STEWARD_URL${path.replace(/\{(\w+)\}/g, (_all, name: string) => variable(name))}${queryOf(document, operation)}"`,
    ...(operation.security?.length ? ['-H "authorization: Bearer $STEWARD_KEY"'] : []),
    ...(schema === undefined
      ? []
      : ["-H 'content-type: application/json'", `-d ${quoted(JSON.stringify(sampleOf(document, schema)))}`]),
  ];
  return parts.join(' ');
}

/** Only what must be said; everything else is in the table of parameters. */
function queryOf(document: OpenApiDocument, { parameters = [] }: Operation): string {
  const required = (parameters as Parameter[]).filter((one) => one.in === 'query' && one.required);
  const query = new URLSearchParams();
  for (const { name, schema } of required)
    query.set(name, String(sampleOf(document, Object(schema) as object)));
  return required.length === 0 ? '' : `?${query.toString()}`;
}

const isStream = ({ responses }: Operation): boolean =>
  Object.hasOwn((responses?.['200'] as { content?: object } | undefined)?.content ?? {}, 'text/event-stream');

/** `userId` and `user_id` are `$USER_ID`. */
const variable = (name: string): string => `$${name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}`;

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
