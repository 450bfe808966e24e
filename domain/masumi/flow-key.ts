/** What a key is made from: Kodosumi's uid (an MD5 of the url, in hex) and the flow's path. */
interface KeyedFlow {
  uid: string;
  url: string;
}

const MAX_LENGTH = 250;
/** How much of the uid tells flows with the same key apart. */
const UID_LENGTH = 8;

/**
 * The key of a flow in our URLs (masumi.md section 1): its `url` without the leading `/`, every other `/` as `_`, and
 * each byte of other characters as `~XX`. Longer than 250 characters, it is cut there: nothing but the url decides it,
 * and flows that then share a key are told apart like any others (`flowKeys`).
 */
export function flowKey(url: string): string {
  const escaped = Array.from(url.toWellFormed().replace(/^\//, '').replaceAll('/', '_'), escapeChar).join('');
  return escaped === '' ? '_' : escaped.slice(0, MAX_LENGTH);
}

function escapeChar(char: string): string {
  if (/[A-Za-z0-9._-]/.test(char)) return char;
  const bytes = encodeURIComponent(char);
  return bytes === char ? `~${char.charCodeAt(0).toString(16).toUpperCase()}` : bytes.replaceAll('%', '~');
}

/**
 * Flows by key. Flows whose urls share a key are `<key>~<8 characters of their uid>` (the key is cut to leave room), and
 * the bare key is absent. A repeated url counts once.
 */
export function flowKeys<Flow extends KeyedFlow>(flows: Iterable<Flow>): Map<string, Flow> {
  const byUrl = new Map([...flows].toReversed().map((flow) => [flow.url, flow]));
  const groups = Map.groupBy([...byUrl.values()].toReversed(), ({ url }) => flowKey(url));
  const keyed = new Map([...groups].flatMap(([key, [flow, other]]) => (flow && !other ? [[key, flow]] : [])));
  for (const [key, group] of groups)
    if (group.length > 1) for (const flow of group) keyed.set(freeKey(key, flow.uid, keyed), flow);
  return keyed;
}

/** More of the uid, when the first eight characters are taken by another uid or by a url that looks like this key. */
function freeKey(key: string, uid: string, taken: ReadonlyMap<string, unknown>): string {
  const safe = uid.replaceAll(/[^A-Za-z0-9]/g, '');
  for (let length = UID_LENGTH; ; length += 1) {
    const suffix = `~${safe.padEnd(length, '0').slice(0, length)}`;
    const candidate = key.slice(0, MAX_LENGTH - suffix.length) + suffix;
    if (!taken.has(candidate)) return candidate;
  }
}
/** Settings that are told apart by flow (masumi.md, "Config" and Amendments). */
export type FlowSettingPrefix = 'AGENT_IDENTIFIER' | 'PRICE';

export type FlowSetting =
  | { kind: 'set'; name: string; value: string }
  | { kind: 'unset' }
  /** `name` is set, but all these flows could be meant. */
  | { kind: 'ambiguous'; name: string; keys: string[]; detail: string };

/** Is this the name of a setting of one flow? */
export const isFlowSetting = (name: string): boolean => /^(AGENT_IDENTIFIER|PRICE)_./.test(name);

/** A flow key as a shell can set it: every character outside `[A-Za-z0-9_]` is `_`. */
export const envName = (key: string): string => key.replaceAll(/[^A-Za-z0-9_]/g, '_');

/**
 * The setting of a flow: `<PREFIX>_<key>` by the exact key, else by its `envName`. A name that fits several flows
 * belongs to none of them until all but one have a setting by their exact key. Blank values count as unset.
 */
export function settingFor(
  prefix: FlowSettingPrefix,
  key: string,
  keys: Iterable<string>,
  settings: Readonly<Record<string, string>>,
): FlowSetting {
  const isSet = (name: string): boolean => Object.hasOwn(settings, name) && settings[name]!.trim() !== '';
  const exact = `${prefix}_${key}`;
  const name = `${prefix}_${envName(key)}`;
  if (exact !== name && isSet(exact)) return { kind: 'set', name: exact, value: settings[exact]!.trim() };
  if (!isSet(name)) return { kind: 'unset' };
  const hasOwn = (other: string): boolean => other !== envName(other) && isSet(`${prefix}_${other}`);
  const fits = [...new Set([key, ...keys])].filter(
    (other) => envName(other) === envName(key) && !hasOwn(other),
  );
  if (fits.length === 1) return { kind: 'set', name, value: settings[name]!.trim() };
  return { kind: 'ambiguous', name, keys: fits.toSorted(), detail: explain(prefix, name, fits.toSorted()) };
}

const explain = (prefix: FlowSettingPrefix, name: string, keys: readonly string[]): string =>
  `${name} fits several flows (${keys.join(', ')}): set ${prefix}_<flow key> with the exact key for all but one, in masumi.yaml.`;
