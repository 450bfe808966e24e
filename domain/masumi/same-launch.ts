import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { doubleOf } from '../exact-json.ts';
import { isObject } from '../json.ts';

/**
 * What a run shows of itself in the timeline: the inputs it got, where they can be compared. A flow may hand its work
 * something else than its form's fields; then nothing can be concluded from them.
 */
export type InputsVerdict = 'same' | 'other' | 'unreadable';

const FIRST_RUN_MS = Date.UTC(2020, 0); // older than any Kodosumi
const DAY_MS = 86_400_000;
const ORDER_SLACK_MS = 120_000; // runs that begin together may be listed in any order

/**
 * Compares what was posted with the inputs that a run recorded, `{"dict": {...}}` or the fields alone. Kodosumi fills
 * fields that were not posted with null (checkboxes with false), turns the `on` of a checkbox into true, and an upload
 * into a list of file names. Of `files` it is only known that there are some.
 */
export function compareInputs(
  posted: JsonObject,
  recorded: unknown,
  files: readonly string[] = [],
): InputsVerdict {
  const names = Object.keys(posted);
  const fields = fieldsOf(recorded, [...names, ...files]);
  if (fields === undefined) return 'unreadable';
  if (!names.every((name) => Object.hasOwn(fields, name))) return 'unreadable';
  if (files.some((name) => isUnset(fields[name]))) return 'other';
  const known = new Set([...names, ...files]);
  const filled = Object.keys(fields).filter((name) => !isUnset(fields[name]) && !known.has(name));
  if (filled.length > 0) return 'other';
  return names.every((name) => sameValue(posted[name] ?? null, fields[name] ?? null)) ? 'same' : 'other';
}

/** Can a run have begun then (ms since epoch)? Kodosumi's clock may differ from ours, but not by years. */
export const isPlausible = (atMs: number, nowMs: number): boolean =>
  atMs >= FIRST_RUN_MS && atMs <= nowMs + DAY_MS;

/**
 * Fids of Kodosumi 1.1.0 are ObjectIds: their first 8 hex digits are the second in which they were made. Undefined for
 * any other id, and for one whose time is impossible for a run: other ids may have 24 hex digits as well.
 */
export function launchedAtMs(fid: string, nowMs: number): number | undefined {
  if (!/^[0-9a-f]{24}$/i.test(fid)) return undefined;
  const atMs = Number.parseInt(fid.slice(0, 8), 16) * 1000;
  return isPlausible(atMs, nowMs) ? atMs : undefined;
}

/**
 * When runs were launched (ms since epoch), by their ids. They are listed newest first. When the times of the ids are
 * in another order, or one id has none, they are not ObjectIds, and none of them is used.
 */
export function launchTimes(fids: readonly string[], nowMs: number): number[] | undefined {
  const times = fids.map((fid) => launchedAtMs(fid, nowMs)).filter((time) => time !== undefined);
  if (times.length < fids.length) return undefined;
  const inOrder = times.every((time, index) => time <= (times[index - 1] ?? time) + ORDER_SLACK_MS);
  return inOrder ? times : undefined;
}

/** A run's `startup` agrees with the time in its id. It has no zone, so it tells the day, not the hour. */
export const isStartup = (startup: unknown, atMs: number): boolean =>
  typeof startup === 'string' && Math.abs(Date.parse(startup) - atMs) < 2 * DAY_MS;

/** Is a flow's url (`/-/host/port/path/-/name`) below an app's address (`http://host:port/path`)? */
export function isFlowOf(url: string, appUrl: string): boolean {
  const parts = /^https?:\/\/([^/:]+)(?::(\d+))?(\/.*?)?\/*$/.exec(appUrl);
  if (parts === null) return false;
  const [, host = '', port = 'None', path = ''] = parts; // Kodosumi writes a port that is not named like this
  return url.startsWith(`/-/${host}/${port}${path}/-/`);
}

/** A value under the name of another class does not come from a form: none of its fields would be among `known`. */
function fieldsOf(recorded: unknown, known: readonly string[]): JsonObject | undefined {
  if (!isObject(recorded)) return undefined;
  if (isObject(recorded['dict'])) return recorded['dict'];
  const names = Object.keys(recorded);
  return names.length === 0 || names.some((name) => known.includes(name)) ? recorded : undefined;
}

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

/**
 * JSON with its keys in order, so that equal values are equal texts. Numbers are doubles here: a flow may write them down in its
 * own way, and a launch that is not recognised is made twice.
 */
function canonical(value: Json): string {
  return JSON.stringify(value, (_key, inside: Json) =>
    isObject(inside)
      ? Object.fromEntries(Object.entries(inside).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : (doubleOf(inside) ?? inside),
  );
}
