import { checkConfig, engineSettings, type Config as EngineConfig } from '../config/config.ts';
import {
  readSettings,
  schemaOf,
  toEnvironment as environmentOf,
  type SettingsPart,
} from '../config/settings.ts';
import type { Family, FamilySettings } from './define.ts';
import { families as served } from './index.ts';
import { refuseClashes, vocabularyOf } from './vocabulary.ts';

type Own<F> = F extends { readonly settings?: FamilySettings<infer Values> } ? Values : object;
type All<U> = (U extends unknown ? (of: U) => void : never) extends (of: infer I) => void ? I : never;

/** The engine's settings, and those of these families. */
export type ConfigOf<F extends readonly Family[]> = EngineConfig & All<Own<F[number]>>;

/** The settings of this installation. */
export type Config = ConfigOf<typeof served>;

/** All settings in their groups, as `.env.example` shows them. Throws where families claim the same names. */
export function settingsParts(families: readonly Family[] = served): SettingsPart[] {
  refuseClashes(families);
  const { first, last } = engineSettings(vocabularyOf(families));
  return [
    ...first,
    ...families.flatMap(({ settings }) => (settings === undefined ? [] : [settings])),
    ...last,
  ];
}

/** One schema of every setting. */
export const settings = schemaOf(settingsParts());

/** Reads `.env` (if there is one) and the environment; on bad values throws one message that names each of them. */
export function loadConfig<F extends readonly Family[] = typeof served>(
  env: Readonly<Record<string, string | undefined>> = process.env,
  families: F = served as readonly Family[] as F,
): ConfigOf<F> {
  const config = readSettings(settingsParts(families), env) as ConfigOf<F>;
  checkConfig(config, env['NODE_ENV']);
  return config;
}

/** The environment that gives this configuration to processes that join. They change no schema, so they get no owner's URL. */
export function toEnvironment(
  { MIGRATION_DATABASE_URL: _ownerUrl, ...config }: EngineConfig,
  families: readonly Family[] = served,
): Record<string, string> {
  return environmentOf(settingsParts(families), config);
}
