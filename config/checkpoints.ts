import type { Config } from './config.ts';
import type { Checkpoint } from '../domain/crash-points.ts';

/**
 * For tests only. CRASH_AT names the point at which this process kills itself, as in a power cut. STOP_AT names the point at
 * which it stops itself once, like a suspended machine, until somebody continues it. Both come from the environment alone,
 * and `config.ts` refuses them in production.
 */
export function checkpointOf({ CRASH_AT, STOP_AT }: Pick<Config, 'CRASH_AT' | 'STOP_AT'>): {
  checkpoint?: Checkpoint<string>;
} {
  if (CRASH_AT === undefined && STOP_AT === undefined) return {};
  let stopped = false;
  return {
    async checkpoint(point) {
      if (point === CRASH_AT) {
        process.kill(process.pid, 'SIGKILL');
        await new Promise(() => undefined); // nothing may run on until the signal arrives
      }
      if (point !== STOP_AT || stopped) return;
      stopped = true;
      process.kill(process.pid, 'SIGSTOP');
    },
  };
}
