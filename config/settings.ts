import { existsSync } from 'node:fs';
import { z } from 'zod';

/** A name that is read where the canonical one is unset. */
export interface Alias {
  alias: string;
  name: string;
  /** Several parts share the alias with vocabularies of their own: it counts only where its value is valid. */
  ifUsable?: boolean;
}

export type Values = Readonly<Record<string, string | undefined>>;

/** Settings that belong together: the engine has several parts, a family has one. */
export interface SettingsPart {
  /** Heading in .env.example. */
  title: string;
  /** Every setting with its meaning, in the order .env.example shows them. */
  shape: z.ZodRawShape;
  aliases?: readonly Alias[];
  /** Where several names have to be read together: what they say of the canonical ones. */
  derive?(values: Values): Values;
  /** Settings whose names are open, such as `PRICE_<flow key>`: they are kept together, as texts, under one name. */
  open?: { name: string; owns(name: string): boolean };
  /** Which processes read a setting, where not API and worker, and what the schemas cannot express: for docs/SETTINGS.md. */
  readers?: Readonly<Record<string, string>>;
  note?: string;
}

/** Parts whose types are known give a configuration of that type. */
export type SettingsOf<Part extends Pick<SettingsPart, 'shape'>> = z.infer<z.ZodObject<Part['shape']>>;

/** Reads `.env` (if there is one) and the environment; on bad values throws one message that names each of them. */
export function readSettings(
  parts: readonly SettingsPart[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, unknown> {
  if (env === process.env && existsSync('.env')) process.loadEnvFile('.env');
  const values: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(env)) if (value !== '') values[name] = value;
  for (const part of parts) {
    for (const alias of part.aliases ?? []) values[alias.name] ??= usable(part, alias, values[alias.alias]);
    Object.assign(values, part.derive?.(values));
  }
  const parsed = schemaOf(parts).safeParse(values);
  if (parsed.success) return { ...parsed.data, ...openSettings(parts, values) };
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(
    `The configuration is not usable:\n${problems.join('\n')}\nEvery setting is explained in .env.example.`,
  );
}

/** One schema of all settings with a name of their own. */
export const schemaOf = (parts: readonly SettingsPart[]): z.ZodObject =>
  z.object(Object.assign({}, ...parts.map(({ shape }) => shape)) as z.ZodRawShape);

function usable(
  part: SettingsPart,
  { name, ifUsable }: Alias,
  value: string | undefined,
): string | undefined {
  if (!ifUsable || value === undefined) return value;
  const schema = part.shape[name];
  return schema !== undefined && z.safeParse(schema, value).success ? value : undefined;
}

function openSettings(parts: readonly SettingsPart[], values: Values): Record<string, Values> {
  const fixed = new Set(parts.flatMap(({ shape }) => Object.keys(shape)));
  const owned = parts.flatMap(({ open }) => {
    if (open === undefined) return [];
    const isSet = ([name, value]: [string, string | undefined]): boolean =>
      open.owns(name) && !fixed.has(name) && value !== undefined; // PRICE_ORACLE_URL prices no flow
    return [[open.name, Object.fromEntries(Object.entries(values).filter(isSet))] as const];
  });
  return Object.fromEntries(owned);
}

/** The environment that gives this configuration to another process. */
export function toEnvironment(parts: readonly SettingsPart[], config: object): Record<string, string> {
  const open = new Set(parts.flatMap(({ open: part }) => (part === undefined ? [] : [part.name])));
  const entries = Object.entries(config).flatMap(([name, value]): [string, unknown][] =>
    open.has(name) ? Object.entries(value as object) : [[name, value]],
  );
  const set = entries.flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null || String(value) === '' ? [] : [[name, String(value)]],
  );
  return Object.fromEntries(set);
}
