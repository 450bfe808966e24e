// Draws openapi.json: operations by tag, their parameters, bodies and answers. Text only, never markup from data.
const description = await (await fetch('/openapi.json')).json();
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function element(name, content = [], attributes = {}) {
  const node = document.createElement(name);
  Object.assign(node, attributes);
  node.append(...[content].flat());
  return node;
}

/** A schema as one would write its type. */
function shape(schema, indent = '', seen = []) {
  if (!schema || schema === true) return 'any';
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1);
    return seen.includes(name) ? name : shape(description.components.schemas[name], indent, [...seen, name]);
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map((option) => shape(option, indent, seen)).join(' | ');
  if (schema.allOf) return schema.allOf.map((part) => shape(part, indent, seen)).join(' & ');
  if (schema.type === 'array') return `[${shape(schema.items, indent, seen)}]`;
  if (schema.type === 'object') return objectShape(schema, indent, seen);
  return [schema.type].flat().join(' | ') || 'any';
}

function objectShape(schema, indent, seen) {
  const deeper = `${indent}  `;
  const lines = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const optional = schema.required?.includes(name) ? '' : '?';
    const note = property.description ? `  // ${property.description}` : '';
    return `${deeper}${name}${optional}: ${shape(property, deeper, seen)}${note}`;
  });
  if (lines.length === 0)
    return schema.additionalProperties
      ? `{[name]: ${shape(schema.additionalProperties, deeper, seen)}}`
      : '{}';
  return `{\n${lines.join('\n')}\n${indent}}`;
}

const bodies = (content = {}) =>
  Object.entries(content).map(([type, { schema }]) => element('pre', `${type}\n${shape(schema)}`));

function parameters(list = []) {
  if (list.length === 0) return [];
  const rows = list.map(({ name, in: place, required, schema, description: text }) =>
    element('tr', [
      element('td', element('code', name)),
      element('td', `${place}${required ? ', required' : ''}`),
      element('td', shape(schema)),
      element('td', text ?? schema?.description ?? ''),
    ]),
  );
  return [element('h4', 'Parameters'), element('table', rows)];
}

function operation(path, method, facts) {
  const label = [
    element('span', method, { className: 'method' }),
    element('code', path),
    ` ${facts.summary ?? ''}`,
  ];
  const scope = facts['x-scope'] ? [element('p', `Needs a key with the scope "${facts['x-scope']}".`)] : [];
  const answers = Object.entries(facts.responses ?? {}).flatMap(([status, answer]) => [
    element('p', [element('strong', status), ` ${answer.description ?? ''}`]),
    ...(Number(status) < 300 ? bodies(answer.content) : []),
  ]);
  const body = facts.requestBody ? [element('h4', 'Body'), ...bodies(facts.requestBody.content)] : [];
  return element('details', [
    element('summary', label),
    ...(facts.description ? [element('p', facts.description)] : []),
    ...scope,
    ...parameters(facts.parameters),
    ...body,
    element('h4', 'Answers'),
    ...answers,
  ]);
}

const all = Object.entries(description.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => item[method]).map((method) => ({ path, method, facts: item[method] })),
);

function draw(words) {
  const wanted = all.filter(({ path, method, facts }) =>
    `${method} ${path} ${facts.summary ?? ''}`.toLowerCase().includes(words.toLowerCase()),
  );
  const byTag = Map.groupBy(wanted, ({ facts }) => facts.tags?.[0] ?? 'other');
  const sections = [...byTag].flatMap(([tag, operations]) => [
    element('h2', tag),
    ...operations.map(({ path, method, facts }) => operation(path, method, facts)),
  ]);
  document.getElementById('operations').replaceChildren(...sections);
}

const filter = document.getElementById('filter');
filter.addEventListener('input', () => draw(filter.value));
draw('');
