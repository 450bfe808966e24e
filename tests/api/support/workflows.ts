import { ApplicationFailure, condition, defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import {
  UPDATES,
  type ApproveAnswer,
  type ApproveRequest,
  type DecisionAnswer,
  type DecisionRequest,
  type ProvideInputAnswer,
  type ProvideInputRequest,
} from '../../../domain/messages.ts';

/** Answers the messages of every run, as the engine's workflows do; it ends when it is cancelled or rejected. */
export async function probeRun(): Promise<string> {
  let over: string | undefined;
  const heard: unknown[] = [];
  setHandler(defineQuery<unknown[]>('heard'), () => heard);
  setHandler(defineUpdate<ProvideInputAnswer, [ProvideInputRequest]>(UPDATES.provideInput), (request) => {
    heard.push(request);
    return heard.length === 1 && request.id === 'strict'
      ? { kind: 'rejected', errors: { a: ['Another, please.'] }, events: [] }
      : { kind: 'taken', events: [] };
  });
  setHandler(defineUpdate<ApproveAnswer, [ApproveRequest]>(UPDATES.approve), (request) => {
    heard.push(request);
    if (request.planHash === 'poor' && heard.length === 1)
      throw ApplicationFailure.nonRetryable('Please top up.', 'insufficient_escrow');
    if (request.planHash !== 'h1' && request.planHash !== 'poor')
      throw ApplicationFailure.nonRetryable('The plan has changed.', 'plan_changed');
    return {
      kind: 'approved',
      planHash: 'h1',
      events: [{ key: 'granted', type: 'approval.granted', data: { by: request.by }, status: 'running' }],
    };
  });
  const end =
    (how: string) =>
    (request: DecisionRequest): DecisionAnswer => {
      heard.push(request);
      over = how;
      return {
        status: 'cancelled',
        events: [{ key: 'end', type: 'run.cancelled', data: { ...request }, status: 'cancelled' }],
      };
    };
  setHandler(defineUpdate<DecisionAnswer, [DecisionRequest]>(UPDATES.reject), end('rejected'));
  setHandler(defineUpdate<DecisionAnswer, [DecisionRequest]>(UPDATES.cancel), end('cancelled'));
  await condition(() => over !== undefined);
  return over ?? '';
}
