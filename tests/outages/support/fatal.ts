import { expect } from 'vitest';

/** Notes every error that would have ended the process. The returned function expects that there was none. */
export function watchForFatal(): () => void {
  const fatal: unknown[] = [];
  const note = (error: unknown): void => void fatal.push(error);
  process.on('uncaughtExceptionMonitor', note);
  return () => {
    process.off('uncaughtExceptionMonitor', note);
    expect(fatal).toEqual([]);
  };
}
