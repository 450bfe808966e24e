import type { Config } from './config.ts';
import type { Checkpoint } from './domain/crash-points.ts';

/**
 * For tests only: CRASH_AT names the point at which this process kills itself, as a power cut would; STOP_AT the one at which
 * it stops itself the first time it comes there, as a machine that is suspended would, until somebody continues it. Both
 * come from the environment alone, and `config.ts` refuses them in production.
 */
export function checkpointOf({ CRASH_AT, STOP_AT }: Pick<Config, 'CRASH_AT' | 'STOP_AT'>): {
  checkpoint?: Checkpoint;
} {
  if (CRASH_AT === undefined && STOP_AT === undefined) return {};
  let stopped = false;
  return {
    async checkpoint(point) {
      if (point === CRASH_AT) {
        process.kill(process.pid, 'SIGKILL');
        await new Promise(() => undefined); // nothing runs on while the signal is on its way
      }
      if (point !== STOP_AT || stopped) return;
      stopped = true;
      process.kill(process.pid, 'SIGSTOP');
    },
  };
}
