import type { Json, JsonObject } from '../../schemas/core/json.ts';
import type { FlowResult } from './ports/kodosumi.ts';
import { parseToRewrite } from '../compact-json.ts';
import { parseExact } from '../exact-json.ts';
import { isObject } from '../json.ts';
import { storableJson, storableText } from '../storable.ts';

/** The member in which each text class keeps its text. */
const TEXT_IN = new Map([
  ['Markdown', 'body'],
  ['HTML', 'body'],
  ['Text', 'body'],
  ['CrewOutput', 'raw'],
]);
const PLAIN_TEXT = new Set(['str', 'TypeError']); // Kodosumi writes None as {"TypeError": "None"}

const DEEPEST = 250; // levels of `final`, as an event has them

/**
 * The result as everyone sees it: shown, hashed and stored. U+0000 and halves of surrogate pairs are replaced here, before anything
 * is made of it, so that the hash is that of the text that is shown.
 */
export function readFinal(final: string | null): FlowResult {
  const { kind, output, final: whole } = read(final);
  return {
    kind: kind === null ? null : storableText(kind),
    output: storableText(output),
    final: storableJson(whole, DEEPEST),
  };
}

/**
 * The same of a large `final`, with the same output. `final` itself is null: `output` has all of it, and holding and parsing it
 * twice is what would take long.
 */
export function readLargeFinal(final: string): FlowResult {
  const { kind, output } = readLarge(final);
  return { kind: kind === null ? null : storableText(kind), output: storableText(output), final: null };
}

function readLarge(final: string): Pick<FlowResult, 'kind' | 'output'> {
  try {
    const parsed = parseToRewrite(final);
    if (parsed === undefined) return read(final);
    const [kind, value] = isObject(parsed.value) ? onlyEntry(parsed.value) : [];
    if (kind === undefined || value === undefined) return { kind: null, output: final };
    return { kind, output: textOf(kind, value) ?? compact(kind, value, parsed.write) ?? final };
  } catch {
    return { kind: null, output: final }; // no JSON, or so deep that it cannot be written again
  }
}

/**
 * The result in a run's `final` (masumi.md section 4, "Status"): JSON text `{"<class>": value}`. Text classes give their
 * text, everything else the compact JSON of the value; what comes out empty, or is no such JSON, is the text itself.
 */
function read(final: string | null): FlowResult {
  if (final === null || final === '') return { kind: null, output: 'null', final: null };
  const parsed = parse(final);
  if (parsed === undefined) return { kind: null, output: final, final };
  const [kind, value] = isObject(parsed) ? onlyEntry(parsed) : [];
  if (kind === undefined || value === undefined) return { kind: null, output: final, final: parsed };
  return { kind, output: textOf(kind, value) ?? compact(kind, value) ?? final, final: parsed };
}

/** Undefined when the class is not a text class, or its text is empty. */
function textOf(kind: string, value: Json): string | undefined {
  const field = TEXT_IN.get(kind);
  const inside = field !== undefined && isObject(value) ? value[field] : undefined;
  const text = PLAIN_TEXT.has(kind) ? value : inside;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** The value as compact JSON; undefined for the text classes. Numbers keep their digits: 1.0, and beyond 2^53. */
const compact = (
  kind: string,
  value: Json,
  write: (value: Json) => string = JSON.stringify,
): string | undefined => (PLAIN_TEXT.has(kind) || TEXT_IN.has(kind) ? undefined : write(value));

function parse(text: string): Json | undefined {
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

function onlyEntry(value: JsonObject): [kind?: string, value?: Json] {
  const entries = Object.entries(value);
  return entries.length === 1 ? (entries[0] ?? []) : [];
}
