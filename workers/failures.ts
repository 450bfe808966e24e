import { ApplicationFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { EngineError } from '../domain/errors.ts';

/** An EngineError is permanent: Temporal must not repeat what cannot succeed. Everything else is retried. */
export const permanentFailures: ActivityInboundCallsInterceptor = {
  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    try {
      return await next(input);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw ApplicationFailure.nonRetryable(error.message, error.code, error.details);
    }
  },
};
