import { ApplicationFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { EngineError } from '../domain/errors.ts';
import { OutsideError } from '../domain/outside-error.ts';

/**
 * An EngineError is permanent: Temporal must not repeat what cannot succeed. Everything else is retried; who said when
 * is asked again then and not before.
 */
export const permanentFailures: ActivityInboundCallsInterceptor = {
  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      if (error instanceof OutsideError && error.retryAfterMs !== undefined)
        throw ApplicationFailure.create({
          message: error.message,
          type: error.name,
          nextRetryDelay: error.retryAfterMs,
          cause: error,
        });
      if (!(error instanceof EngineError)) throw error;
      throw ApplicationFailure.nonRetryable(error.message, error.code, error.details);
    }
  },
};
