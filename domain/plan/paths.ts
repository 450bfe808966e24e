import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { isObject } from '../json.ts';

/** A parsed `outputKey.a.b[0]`: `root` is the output's key, segments are own properties and indexes. */
export interface Path {
  root: string;
  segments: readonly (string | number)[];
}

/** What a path leads to; `found` is false when any part of it does not exist. */
export type Found = { found: true; value: Json } | { found: false };

const LONGEST = 512;
const NAME = /^[A-Za-z0-9_][\w-]{0,63}$/;

/** True for names that may be step ids, outputKeys and param names: nothing that objects inherit. */
export function isSafeName(name: string): boolean {
  return NAME.test(name) && !(name in Object.prototype);
}

/** Parses `outputKey`, `outputKey.a.b[0]`; undefined when the text is not such a path. */
export function parsePath(text: string): Path | undefined {
  if (text.length > LONGEST) return undefined;
  const root = /^[A-Za-z0-9_][\w-]*/.exec(text)?.[0];
  if (root === undefined || !isSafeName(root)) return undefined;
  const part = /\.([^.[\]{}]{1,128})|\[(\d{1,6})\]/y;
  const segments: (string | number)[] = [];
  part.lastIndex = root.length;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) return undefined;
    segments.push(match[1] ?? Number(match[2]));
  }
  return { root, segments };
}

/** Follows a path through own properties and array elements only; nothing inherited is ever reached. */
export function readPath(scope: Readonly<JsonObject>, path: Path): Found {
  let current = own(scope, path.root);
  for (const segment of path.segments) {
    if (!current.found) return current;
    current = own(current.value, segment);
  }
  return current;
}

/** `readPath` for a path still written as text; a text that is no path is not found. */
export function readText(scope: Readonly<JsonObject>, text: string): Found {
  const path = parsePath(text);
  return path === undefined ? { found: false } : readPath(scope, path);
}

function own(value: Json, key: string | number): Found {
  if (value === null || typeof value !== 'object') return { found: false };
  if (Array.isArray(value)) {
    const element = typeof key === 'number' ? value[key] : undefined;
    return element === undefined ? { found: false } : { found: true, value: element };
  }
  const name = String(key);
  return isObject(value) && Object.hasOwn(value, name)
    ? { found: true, value: value[name]! }
    : { found: false };
}

/** Params read from outputs, or the mappings that lead nowhere (contract: INPUT_MISSING). */
export type Resolved = { ok: true; params: JsonObject } | { ok: false; missing: string[] };

/** Resolves every `{param: path}` against the outputs by outputKey. */
export function resolveMapping(
  outputs: Readonly<JsonObject>,
  inputMapping: { readonly [param: string]: string } = {},
): Resolved {
  const entries = Object.entries(inputMapping).map(([param, path]) => ({
    param,
    path,
    result: readText(outputs, path),
  }));
  const missing = entries
    .filter(({ result }) => !result.found)
    .map(({ param, path }) => `${param} <- ${path}`);
  if (missing.length > 0) return { ok: false, missing };
  // fromEntries defines properties, so a param named __proto__ stays a plain property
  return {
    ok: true,
    params: Object.fromEntries(
      entries.map(({ param, result }) => [param, result.found ? result.value : null]),
    ),
  };
}

/** The params a step is called with: its own, overlaid by what its mappings bring. */
export function resolveParams(
  step: { readonly params: JsonObject; readonly inputMapping?: { readonly [param: string]: string } },
  outputs: Readonly<JsonObject>,
): Resolved {
  const mapped = resolveMapping(outputs, step.inputMapping);
  return mapped.ok ? { ok: true, params: { ...step.params, ...mapped.params } } : mapped;
}
