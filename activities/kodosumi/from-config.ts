import type { Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import type { MasumiSettings } from '../../schemas/families/masumi/settings.ts';
import { createKodosumi } from './client/kodosumi.ts';

/** Undefined where none is configured. */
export function kodosumiOf(config: MasumiSettings): Kodosumi | undefined {
  const { KODOSUMI_BASE_URL: url, KODOSUMI_USERNAME: username, KODOSUMI_PASSWORD: password } = config;
  return url === undefined || password === undefined
    ? undefined
    : createKodosumi({ url, username, password });
}
