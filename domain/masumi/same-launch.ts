import type { Json, JsonObject } from '../../schemas/core/json.ts';

/**
 * What a run says of itself in the timeline: the inputs it got, where they can be compared. A flow may hand its work
 * something else than its form's fields; then nothing can be told from them.
 */
export type InputsVerdict = 'same' | 'other' | 'unreadable';

/**
 * Compares what was posted with the inputs a run recorded, `{"dict": {...}}`. Kodosumi fills fields that were not posted
 * with null (checkboxes with false), makes a checkbox of `on` true, and a list of file names of an upload. Of `files` it is
 * only known that there are some.
 */
export function compareInputs(
  posted: JsonObject,
  recorded: unknown,
  files: readonly string[] = [],
): InputsVerdict {
  const fields = dictOf(recorded);
  if (fields === undefined) return 'unreadable';
  const names = Object.keys(posted);
  if (!names.every((name) => Object.hasOwn(fields, name))) return 'unreadable';
  if (files.some((name) => isUnset(fields[name]))) return 'other';
  const known = new Set([...names, ...files]);
  const filled = Object.keys(fields).filter((name) => !isUnset(fields[name]) && !known.has(name));
  if (filled.length > 0) return 'other';
  return names.every((name) => sameValue(posted[name] ?? null, fields[name] ?? null)) ? 'same' : 'other';
}

/** Fids are ObjectIds: the first 8 hex digits are the second they were made in. Undefined for any other id. */
export function launchedAtMs(fid: string): number | undefined {
  return /^[0-9a-f]{24}$/i.test(fid) ? Number.parseInt(fid.slice(0, 8), 16) * 1000 : undefined;
}

/** Is a flow's url (`/-/host/port/path/-/name`) below an app's address (`http://host:port/path`)? */
export function isFlowOf(url: string, appUrl: string): boolean {
  const parts = /^https?:\/\/([^/:]+)(?::(\d+))?(\/.*?)?\/*$/.exec(appUrl);
  if (parts === null) return false;
  const [, host = '', port = 'None', path = ''] = parts; // Kodosumi writes a port that is not named like this
  return url.startsWith(`/-/${host}/${port}${path}/-/`);
}

function dictOf(recorded: unknown): JsonObject | undefined {
  const inside = isObject(recorded) ? recorded['dict'] : undefined;
  return isObject(inside) ? inside : undefined;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isUnset = (value: Json | undefined): boolean =>
  value === null || value === undefined || value === false;

function sameValue(posted: Json, recorded: Json): boolean {
  if (posted === 'on' && recorded === true) return true;
  if (Array.isArray(recorded) && typeof posted === 'string') return sameFiles(posted, recorded);
  return canonical(posted) === canonical(recorded);
}

/** An upload is posted as JSON text that names its files; a run records the names, in no order. */
function sameFiles(posted: string, recorded: Json[]): boolean {
  const names = fileNames(posted);
  const found = recorded.filter((name) => typeof name === 'string').toSorted();
  return names !== undefined && JSON.stringify(names.toSorted()) === JSON.stringify(found);
}

function fileNames(posted: string): string[] | undefined {
  try {
    const { items } = JSON.parse(posted) as { items: { [id: string]: { filename: string } } };
    return Object.values(items).map(({ filename }) => filename);
  } catch {
    return undefined;
  }
}

/** JSON with its keys in order, so that equal values are equal texts. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_key, inside: Json) =>
    isObject(inside)
      ? Object.fromEntries(Object.entries(inside).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inside,
  );
}
