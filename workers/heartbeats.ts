import { Context } from '@temporalio/activity';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';

/**
 * Beats for every remote activity that lasts, so that Temporal moves the work of a killed worker on within seconds
 * instead of after the whole time-out. Short ones never beat: the first is due after `everyMs`.
 */
export function createHeartbeats(everyMs: number): ActivityInboundCallsInterceptor {
  return {
    async execute(
      input: ActivityExecuteInput,
      next: Next<ActivityInboundCallsInterceptor, 'execute'>,
    ): Promise<unknown> {
      const context = Context.current();
      if (context.info.isLocal) return next(input);
      const timer = setInterval(() => context.heartbeat(), everyMs);
      try {
        return await next(input);
      } finally {
        clearInterval(timer);
      }
    },
  };
}
