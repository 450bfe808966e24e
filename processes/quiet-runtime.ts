import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

/** The money and llm queues have no workflows, on purpose; a run that fails has said so in its events. */
const EXPECTED = ['No workflows registered', 'Workflow failed', 'Workflow completed'];

/** Temporal's own log lines become ours. Once per process, before the first connection. */
export function quietRuntime(log: Logger): void {
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      if (EXPECTED.some((start) => message.startsWith(start))) return;
      const { error, ...rest } = (meta ?? {}) as { error?: unknown };
      log[levels[level]]({ ...rest, ...(error === undefined ? {} : { err: error }) }, `temporal: ${message}`);
    }),
    shutdownSignals: [],
  });
}
