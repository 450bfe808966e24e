import { inject } from 'vitest';
import { defaultCacheDir } from '../../../embedded/downloads/cache-dir.ts';
import { run } from '../../../embedded/downloads.ts';
import { resolveTemporal } from '../../../embedded/temporal.ts';

/** `temporal <args>` as an operator types it, against the tests' server. Answers what it prints. */
export type TemporalCli = (...args: string[]) => Promise<string>;

export async function temporalCli(): Promise<TemporalCli> {
  const found = await resolveTemporal({ cacheDir: defaultCacheDir(), log: () => undefined });
  if (found.kind === 'address') throw new Error('The Temporal CLI itself is needed here.');
  const where = ['--address', inject('temporalAddress'), '--namespace', inject('temporalNamespace')];
  return (...args) => run(found.path, [...args, ...where, '--color', 'never'], { timeoutMs: 20_000 });
}
