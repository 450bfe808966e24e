import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { Json } from '../../schemas/core/json.ts';
import { fieldsOf, plain } from './words.ts';

const MOST_LINES = 40;
const LONGEST_LINE = 160;

/** The result as a person reads it. What is long is cut, and `whole` says where all of it is. */
export function resultLines(output: Json, whole: string): string[] {
  const text = typeof output === 'string' ? output : JSON.stringify(withoutPictures(output), null, 2);
  const lines = text.split('\n').map(plain);
  const isCut = lines.length > MOST_LINES || lines.some((line) => line.length > LONGEST_LINE);
  const shown = lines
    .slice(0, MOST_LINES)
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line));
  return [...shown.map((line) => `  ${line}`), ...(isCut ? [`  … all of it: ${whole}`] : [])];
}

const isPicture = (value: unknown): value is string =>
  typeof value === 'string' && /^\s*<svg[\s>]/.test(value);

/** Pictures are for files, not for terminals. */
function withoutPictures(value: Json): Json {
  if (isPicture(value)) return `<svg …> (${value.length} characters; --out FILE saves it)`;
  if (Array.isArray(value)) return value.map(withoutPictures);
  const fields = Object.entries(fieldsOf(value));
  if (fields.length === 0) return value;
  return Object.fromEntries(fields.map(([name, inner = null]) => [name, withoutPictures(inner)]));
}

/** Every picture in a result, in its order. */
export function picturesOf(value: Json): string[] {
  if (isPicture(value)) return [value];
  const inner = Array.isArray(value) ? value : Object.values(fieldsOf(value));
  return inner.flatMap((part) => (part === undefined ? [] : picturesOf(part)));
}

/** Saves pictures as `chart.svg`, `chart-2.svg`...; without any the whole result is saved. Answers the files. */
export function saveResult(output: Json, file: string): string[] {
  const pictures = picturesOf(output);
  const texts =
    pictures.length > 0 ? pictures : [typeof output === 'string' ? output : JSON.stringify(output, null, 2)];
  return texts.map((text, index) => {
    const end = extname(file);
    const name = index === 0 ? file : `${file.slice(0, file.length - end.length)}-${index + 1}${end}`;
    writeFileSync(name, text);
    return name;
  });
}
