import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { isExactNumber } from '../exact-json.ts';
import { parsePath, readPath } from './paths.ts';

const SLOT = /\{\{\s*([^{}]{1,520}?)(\?)?\s*\}\}/g;
const ONLY_SLOT = /^\{\{\s*([^{}]{1,520}?)(\?)?\s*\}\}$/;

const isLeaf = (template: Json): template is number | boolean | null =>
  template === null || typeof template !== 'object' || isExactNumber(template);

/** The paths a template names, wherever they stand in it. */
export function templatePaths(template: Json): string[] {
  if (typeof template === 'string') return [...template.matchAll(SLOT)].map((match) => match[1]!);
  if (isLeaf(template)) return [];
  return Object.values(template).flatMap(templatePaths);
}

/** The paths without which a template cannot be filled. */
export function requiredPaths(template: Json): string[] {
  if (typeof template === 'string')
    return [...template.matchAll(SLOT)].flatMap((match) => (match[2] === '?' ? [] : [match[1]!]));
  if (template === null || typeof template !== 'object') return [];
  return Object.values(template).flatMap(requiredPaths);
}

/**
 * Fills `{{outputKey.path}}` slots. A text that is one slot alone becomes the value itself; inside other text, texts
 * are inserted as they are and other values as JSON. `{{path?}}` may be missing (empty, or null when alone).
 * Missing paths are collected, never thrown.
 */
export function fillTemplate(template: Json, scope: Readonly<JsonObject>, missing: string[]): Json {
  if (typeof template === 'string') return fillText(template, scope, missing);
  if (isLeaf(template)) return template;
  if (Array.isArray(template)) return template.map((item) => fillTemplate(item, scope, missing));
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, fillTemplate(value, scope, missing)]),
  );
}

function fillText(text: string, scope: Readonly<JsonObject>, missing: string[]): Json {
  const alone = ONLY_SLOT.exec(text);
  if (alone !== null) return slotValue(alone[1]!, alone[2] === '?', scope, missing);
  return text.replaceAll(SLOT, (_, path: string, optional?: string) => {
    const value = slotValue(path, optional === '?', scope, missing);
    if (value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function slotValue(text: string, optional: boolean, scope: Readonly<JsonObject>, missing: string[]): Json {
  const path = parsePath(text);
  const found = path === undefined ? undefined : readPath(scope, path);
  if (found?.found) return found.value;
  if (!optional) missing.push(text);
  return null;
}
