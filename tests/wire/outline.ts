interface Operation {
  tags?: string[];
  parameters?: { in: string; name: string; required?: boolean }[];
  requestBody?: { required?: boolean };
  responses?: Record<string, { content?: Record<string, unknown> }>;
}

/** An OpenAPI description in a line for each operation: the whole has 200 kB, and is compared by tests of its own. */
export function outline(text: string): string {
  const { openapi, paths } = JSON.parse(text) as {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
  };
  const lines = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => `${method} ${path} ${describe(operation)}`),
  );
  return [`openapi ${openapi}`, ...lines].join('\n');
}

function describe({ tags = [], parameters = [], requestBody, responses = {} }: Operation): string {
  const body = requestBody === undefined ? '' : requestBody.required === true ? ' body!' : ' body';
  const named = parameters.map(({ in: where, name, required }) => `${where}.${name}${required ? '!' : ''}`);
  const answers = Object.entries(responses).map(
    ([status, { content = {} }]) => `${status}:${Object.keys(content).join('|') || '-'}`,
  );
  return `[${tags.join(', ')}] (${named.join(', ')})${body} -> ${answers.join(' ')}`;
}
