import { readFileSync } from 'node:fs';
import { beginningOf, isAlive, parentOf } from '../../processes/pid.ts';

const LOOK_MS = 500;
const DEEPEST = 4; // node, its shell, npm, and one for a wrapper

/**
 * Resolves when npm, which started this process, is gone. A Ctrl-C reaches the whole group, but a kill of npm alone
 * would leave us running unseen. Never resolves where npm did not start us.
 */
export function launcherGone(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  return new Promise((resolve) => {
    if (env['npm_lifecycle_event'] === undefined) return;
    const launchers = launchersOf(process.pid).map((pid) => ({ pid, began: beginningOf(pid) }));
    const timer = setInterval(() => {
      if (launchers.every(({ pid, began }) => isAlive(pid) && beginningOf(pid) === began)) return;
      clearInterval(timer);
      resolve();
    }, LOOK_MS);
    timer.unref();
  });
}

/** The processes above us up to npm. Where they cannot be looked into, only the one that started us. */
function launchersOf(pid: number): number[] {
  const above: number[] = [];
  for (
    let next = parentOf(pid);
    next !== undefined && next > 1 && above.length < DEEPEST;
    next = parentOf(next)
  ) {
    above.push(next);
    if (isNpm(next)) return above;
  }
  return [process.ppid];
}

function isNpm(pid: number): boolean {
  try {
    return /(^|\/)npm(-cli\.js)?(\0| )/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}
