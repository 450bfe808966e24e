import type { Config } from '../../config/config.ts';
import type { Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import { createKodosumi } from './client/kodosumi.ts';

/** Undefined when no Kodosumi is configured. */
export function kodosumiOf(config: Config): Kodosumi | undefined {
  const { KODOSUMI_BASE_URL: url, KODOSUMI_USERNAME: username, KODOSUMI_PASSWORD: password } = config;
  return url === undefined || password === undefined
    ? undefined
    : createKodosumi({ url, username, password });
}
