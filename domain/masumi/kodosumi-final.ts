import type { Json, JsonObject } from '../../schemas/core/json.ts';
import type { FlowResult } from './ports/kodosumi.ts';
import { isObject } from '../json.ts';

/** The member in which each text class keeps its text. */
const TEXT_IN = new Map([
  ['Markdown', 'body'],
  ['HTML', 'body'],
  ['Text', 'body'],
  ['CrewOutput', 'raw'],
]);
const PLAIN_TEXT = new Set(['str', 'TypeError']); // Kodosumi writes None as {"TypeError": "None"}

/**
 * The result in a run's `final` (masumi.md section 4, "Status"): JSON text `{"<class>": value}`. Text classes give their
 * text, everything else the compact JSON of the value; what comes out empty, or is no such JSON, is the text itself.
 */
export function readFinal(final: string | null): FlowResult {
  if (final === null || final === '') return { kind: null, output: 'null', final: null };
  const parsed = parse(final);
  if (parsed === undefined) return { kind: null, output: final, final };
  const [kind, value] = isObject(parsed) ? onlyEntry(parsed) : [];
  if (kind === undefined || value === undefined) return { kind: null, output: final, final: parsed };
  return { kind, output: textOf(kind, value) ?? compact(final, kind) ?? final, final: parsed };
}

/** Undefined when the class is not a text class, or its text is empty. */
function textOf(kind: string, value: Json): string | undefined {
  const field = TEXT_IN.get(kind);
  const inside = field !== undefined && isObject(value) ? value[field] : undefined;
  const text = PLAIN_TEXT.has(kind) ? value : inside;
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** The value as compact JSON; undefined for the text classes. Numbers keep their digits: 1.0, and beyond 2^53. */
function compact(final: string, kind: string): string | undefined {
  if (PLAIN_TEXT.has(kind) || TEXT_IN.has(kind)) return undefined;
  const value: unknown = (JSON.parse(final, keepDigits) as { [kind: string]: unknown })[kind];
  return JSON.stringify(value);
}

/** `JSON.rawJSON` is in the engine, not yet in TypeScript's library. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

function keepDigits(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? rawJSON(context.source) : value;
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function onlyEntry(value: JsonObject): [kind?: string, value?: Json] {
  const entries = Object.entries(value);
  return entries.length === 1 ? (entries[0] ?? []) : [];
}
