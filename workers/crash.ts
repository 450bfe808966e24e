import type { Config } from '../config.ts';
import type { Checkpoint } from '../domain/crash-points.ts';

/**
 * For crash tests only: CRASH_AT names the point at which this process kills itself, as a power cut would. It comes
 * from the environment alone, and `config.ts` refuses it in production.
 */
export function checkpointOf({ CRASH_AT: wanted }: Pick<Config, 'CRASH_AT'>): { checkpoint?: Checkpoint } {
  if (wanted === undefined) return {};
  return {
    async checkpoint(point) {
      if (point !== wanted) return;
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined); // nothing runs on while the signal is on its way
    },
  };
}
