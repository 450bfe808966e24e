/** Settings that are told apart by flow (masumi.md, "Config" and Amendments). */
export type FlowSettingPrefix = 'AGENT_IDENTIFIER' | 'PRICE';

export type FlowSetting =
  | { kind: 'set'; name: string; value: string }
  | { kind: 'unset' }
  /** `name` is set, but all these flows could be meant. */
  | { kind: 'ambiguous'; name: string; keys: string[]; detail: string };

/** A flow key as a shell can set it: every character outside `[A-Za-z0-9_]` is `_`. */
export const envName = (key: string): string => key.replaceAll(/[^A-Za-z0-9_]/g, '_');

/**
 * What is set for a flow: `<PREFIX>_<key>` by the exact key, else by its `envName`. A name that fits several flows
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
