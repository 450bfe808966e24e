import type { Config } from '../config/config.ts';
import { buildAssetBook, type AssetBook } from '../domain/assets.ts';
import type { Family } from './define.ts';
import { families as served } from './index.ts';

/** What this installation deals in: the assets of its settings and those that its families bring. */
export const bookOf = (config: Config, families: readonly Family[] = served): AssetBook =>
  buildAssetBook(
    config,
    families.flatMap((family) => family.assets?.(config) ?? []),
  );
