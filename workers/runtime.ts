import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

/** Temporal's own log lines become ours. Once per process, before the first connection. */
export function quietRuntime(log: Logger): void {
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      if (message.startsWith('No workflows registered')) return; // the money and llm queues have none, on purpose
      const { error, ...rest } = (meta ?? {}) as { error?: unknown };
      log[levels[level]]({ ...rest, ...(error === undefined ? {} : { err: error }) }, `temporal: ${message}`);
    }),
    shutdownSignals: [],
  });
}
