import type { Json } from '../../schemas/core/json.ts';
import type { WorkflowError } from '../../schemas/families/reasoning/workflow.ts';
import { questionLines, readQuestions } from './questions.ts';
import { fieldsOf, inWords, plain, textOf } from './words.ts';

/** Why it failed, and everything that the run says about a way on. */
export function failureLines({
  code,
  message,
  details,
}: Pick<WorkflowError, 'code' | 'message' | 'details'>): string[] {
  const said = `${plain(message)} (${plain(code)})`;
  if (code === 'NEEDS_DETAIL')
    return [said, ...readQuestions(details).flatMap((question) => questionLines(question)), ...ANSWER];
  return details === undefined ? [said] : [said, ...detailLines(details, '  ')];
}

const ANSWER = ['Say it in the task, or answer when you are asked: steward task --ask "..."'];

/** Details as an outline: an entry's own words first, then its fields. */
export function detailLines(value: Json, indent: string): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => entryLines(entry, indent));
  const fields = Object.entries(fieldsOf(value));
  if (fields.length === 0) return [`${indent}${inWords(value)}`];
  return fields.flatMap(([name, inner = null]) =>
    isFlat(inner)
      ? [`${indent}${label(name)}: ${flat(inner)}`]
      : [`${indent}${label(name)}:`, ...detailLines(inner, `${indent}  `)],
  );
}

function entryLines(entry: Json, indent: string): string[] {
  if (isFlat(entry)) return [`${indent}- ${flat(entry)}`];
  const { message, path, name, ...rest } = fieldsOf(entry);
  const head = [textOf(name) ?? textOf(path), textOf(message)]
    .filter((part) => part !== undefined)
    .join(': ');
  const inner = detailLines(rest as Json, `${indent}  `);
  return head === '' ? inner : [`${indent}- ${head}`, ...(Object.keys(rest).length === 0 ? [] : inner)];
}

const isFlat = (value: Json): boolean =>
  Array.isArray(value)
    ? value.every((entry) => typeof entry !== 'object' || entry === null)
    : Object.keys(fieldsOf(value)).length === 0;

const flat = (value: Json): string => (Array.isArray(value) ? value.map(inWords).join(', ') : inWords(value));

const label = (name: string): string =>
  plain(
    name
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .replaceAll('_', ' ')
      .toLowerCase(),
  );
