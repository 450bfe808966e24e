import {
  ApplicationFailure,
  CancelledFailure,
  CancellationScope,
  condition,
  allHandlersFinished,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { DecisionAnswer, DecisionRequest } from '../../domain/messages.ts';
import { readDecision, readDecisionSignal } from '../../domain/messages/guards.ts';
import { readRunStart } from '../../domain/messages/starts.ts';
import { mayMove } from '../../domain/run-states.ts';
import type { JournalEvent, Ride } from '../../domain/ports/journal.ts';
import { UNKNOWN_TOTALS, type FinishedRun, type FinishRequest } from '../../domain/ports/ledger.ts';
import type { RunInput } from '../../domain/run-settings.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { RunStatus } from '../../schemas/core/run.ts';
import { createRunJournal, type RunJournal } from './journal.ts';
import { cancelPlanQuery, cancelRun, cancelSignal, stateQuery, STATUS_ATTRIBUTE } from './messages.ts';
import { createProxies, type Proxies } from './proxies.ts';
import { createQuestions, type Questions } from './questions.ts';
import { readStart } from './read-start.ts';
import { summarise, type RunSummary } from './run-summary.ts';
import { createSaga, type Saga } from './saga.ts';
import { createIgnored, ignoreOtherSignals, mustRead, takeSignal, type Ignored } from './signals.ts';
import { createStop, type Stop } from './stop.ts';

/** How a run ends. The body decides that, and the engine writes it down. */
export type Ending = Pick<FinishRequest, 'status' | 'error' | 'outputs' | 'totals' | 'view'>;

/** What happened on the way that the end of the run must know. */
export interface Closing {
  /** True until something is reserved or quoted: before that there is nothing to give back. */
  moneyless?: true;
  /** The last decision about an approval, if it ended the run. */
  approval?: NonNullable<FinishRequest['approval']>;
  /** Who asked first to cancel the run. */
  cancel?: NonNullable<FinishRequest['cancel']>;
}

/** What the engine itself needs to know of a run. */
export type RunStart = Pick<RunInput, 'runId' | 'tenant' | 'subject'> & {
  settings: Pick<RunInput['settings'], 'callTimeoutMs'>;
};

/** What a family's workflow works with; `input` is the family's own. */
export interface Run<Input extends RunStart = RunInput> {
  readonly input: Input;
  readonly act: Proxies;
  readonly journal: RunJournal;
  readonly stop: Stop;
  readonly saga: Saga;
  /** Asks people; their answers are sealed beside the run. */
  readonly questions: Questions;
  /** Where messages are told that changed nothing. */
  readonly ignored: Ignored;
  readonly closing: Closing;
  status(): RunStatus;
  /** Moves the run and emits the event that says so. */
  move(
    status: RunStatus,
    type: JournalEvent['type'],
    key: string,
    data: JsonObject,
    more?: Partial<JournalEvent>,
  ): void;
  /** Opens an item for a person when the run ends. */
  needsAttention(kind: string, detail: string, data?: JsonObject): void;
  /** What an operator reads in the Temporal Web UI. */
  describe(lines: string[], facts?: JsonObject): void;
}

/**
 * Carries one run from start to its terminal event, whatever happens inside `body`. Cancellation is a wish (`stop`),
 * not an exception: everything runs non-cancellable, so money that is moving is always followed to a known state.
 *
 * Temporal's UI shows as failed what failed. A run that was declined or cancelled is completed work with a summary; only a
 * cancel that was asked of Temporal itself ends as cancelled there, as Temporal expects of whoever is told to.
 */
export async function executeRun<Input extends RunStart>(
  input: Input,
  body: (run: Run<Input>) => Promise<Ending>,
): Promise<RunSummary> {
  readStart(readRunStart, input);
  if (workflowInfo().workflowId !== input.runId) throw elsewhere(input.runId);
  const stop = createStop();
  const outside = CancellationScope.current();
  return CancellationScope.nonCancellable(async () => {
    const { run, attention, conclude, noteCancel } = openRun(input, stop);
    outside.cancelRequested.catch(() => noteCancel({ by: 'temporal' }));
    const working = body(run);
    ignoreOtherSignals(run); // the family has set its own by now
    const ending = await working.catch((error: unknown) => {
      if (isHandedOver(error)) throw error;
      return unexpected(run, error);
    });
    conclude(ending.status);
    const finished = await finish(run, ending, attention);
    const summary = summarise({ ...ending, runId: input.runId }, finished);
    if (ending.status === 'cancelled' && outside.consideredCancelled)
      throw new CancelledFailure('The run was cancelled.', [summary]);
    if (ending.status === 'failed')
      throw ApplicationFailure.nonRetryable(
        ending.error?.message ?? 'The run failed.',
        ending.error?.code ?? 'FAILED',
        summary,
      );
    return summary;
  });
}

const HANDED_OVER = 'HANDED_OVER';

/**
 * A run that is being undone does not go on. Its workflow was reset and may not know all that was done, so the repair, which reads
 * what is written down, undoes the rest (`repair-run.ts`).
 */
export const handOver = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The run is being undone: the repair does the rest.', HANDED_OVER);

export const isHandedOver = (error: unknown): boolean =>
  error instanceof ApplicationFailure && error.type === HANDED_OVER;

/** Two workflows for one run would both work for it. */
const elsewhere = (runId: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `The workflow of run ${runId} has the id of its run; start runs over the API.`,
    'BAD_START',
  );

const LONGEST_SUMMARY = 100;

/** What a list of events is called in Temporal's UI. */
const summaryOf = ({ events }: Ride): string =>
  `write ${[...new Set(events.map(({ type }) => type))].join(', ')}`.slice(0, LONGEST_SUMMARY);

type CancelAsk = Pick<DecisionRequest, 'by' | 'reason'>;

interface OpenRun<Input extends RunStart> {
  run: Run<Input>;
  attention: FinishRequest['attention'];
  /** How it ends is decided, though not yet written down. */
  conclude(status: Ending['status']): void;
  /** Records the first request to cancel, unless the run's end is decided already. */
  noteCancel(request: CancelAsk): void;
}

function openRun<Input extends RunStart>(input: Input, stop: Stop): OpenRun<Input> {
  const act = createProxies(input.settings.callTimeoutMs);
  const journal = createRunJournal(input.runId, (ride) =>
    act.local.appendEvents.executeWithOptions({ summary: summaryOf(ride) }, [ride]),
  );
  const attention: FinishRequest['attention'] = [];
  let status: RunStatus = 'created';
  let concluded: Ending['status'] | undefined;
  let facts: JsonObject = {};
  const run: Omit<Run<Input>, 'questions'> = {
    input,
    act,
    journal,
    stop,
    saga: createSaga(),
    closing: { moneyless: true },
    ignored: createIgnored(journal),
    status: () => status,
    move(next, type, key, data, more = {}) {
      if (!mayMove(status, next))
        throw ApplicationFailure.nonRetryable(`A ${status} run cannot become ${next}.`, 'BAD_MOVE');
      status = next;
      journal.emit({ key, type, data, status: next, ...more });
    },
    needsAttention: (kind, detail, data = {}) => void attention.push({ kind, detail, data }),
    describe(lines, more = {}) {
      facts = { ...facts, ...more };
      setCurrentDetails(lines.join('\n\n'));
    },
  };
  const asking: Run<Input> = { ...run, questions: createQuestions(run) };
  setHandler(stateQuery, () => ({ runId: input.runId, status, stopping: stop.reason() ?? null, ...facts }));
  setHandler(cancelPlanQuery, () => ({ undo: run.saga.planned() }));
  const noteCancel: OpenRun<Input>['noteCancel'] = (request) => {
    if (concluded === undefined) announceCancel(asking, request);
  };
  const cancel = (request: CancelAsk): DecisionAnswer => {
    noteCancel(request);
    return { status: requestCancel(asking), events: journal.pending() };
  };
  takeSignal(run, cancelSignal, {
    guard: readDecisionSignal,
    take: (request) => void cancel({ by: 'signal', ...request }),
    description: 'Stop, settle what is moving, undo what can be undone: {"by", "reason"}, both optional.',
  });
  setHandler(cancelRun, cancel, {
    validator: (request) => {
      mustRead(readDecision, request);
      refuseLateCancel(concluded ?? status);
    },
  });
  return { run: asking, attention, conclude: (ending) => void (concluded = ending), noteCancel };
}

/** Records who asked first. The run may still end in another way: money may be moving, or something may fail. */
function announceCancel({ journal, closing }: Run<RunStart>, { by, reason }: CancelAsk): void {
  if (closing.cancel !== undefined) return;
  const at = new Date(Date.now()).toISOString();
  const cancel = {
    by: by.slice(0, 300),
    at,
    ...(reason !== undefined && { reason: reason.slice(0, 500) }),
  };
  closing.cancel = cancel;
  const key = 'run.cancel_requested';
  journal.emit({ key, type: key, data: cancel, view: { cancel } });
}

function refuseLateCancel(status: RunStatus): void {
  if (status === 'completed' || status === 'failed')
    throw ApplicationFailure.nonRetryable(`The run has already ${status}.`, 'cannot_cancel');
}

/** The state that the run is moving towards, as far as it is certain now. */
function requestCancel(run: Run<RunStart>): RunStatus {
  run.stop.request('cancelled');
  const status = run.status();
  return status === 'running' || status === 'compensating' ? 'compensating' : 'cancelled';
}

/** A bug or an exhausted activity: undo what can be undone, then fail visibly. */
async function unexpected(run: Run<RunStart>, error: unknown): Promise<Ending> {
  run.stop.request('failed');
  const shown = internalError(error);
  const outcome = await run.saga.compensate().catch(() => undefined);
  if (outcome === undefined)
    run.needsAttention('rollback_incomplete', 'The rollback itself failed; look at the steps by hand.');
  return {
    status: 'failed',
    error: shown,
    outputs: {},
    totals: UNKNOWN_TOTALS,
  };
}

/** The error that people see when there is a bug. The details go to the log. */
export function internalError(error: unknown): NonNullable<Ending['error']> {
  log.error('run failed unexpectedly', { error });
  const message =
    'An internal error stopped the run; what could be undone was undone. The operator has the details.';
  return { code: 'INTERNAL', message, recoverable: false };
}

async function finish(
  run: Run<RunStart>,
  ending: Ending,
  attention: FinishRequest['attention'],
): Promise<FinishedRun> {
  if (ending.status !== 'completed') run.stop.request('failed'); // lets go of approvals that still wait for a plan
  upsertSearchAttributes([{ key: STATUS_ATTRIBUTE, value: ending.status }]);
  run.describe([`**${ending.status}**${ending.error ? `: ${ending.error.message}` : ''}`], {
    ended: ending.status,
  });
  const finished = await run.journal.ride((ride) =>
    run.act.local.finishRun.executeWithOptions({ summary: `end: ${ending.status}` }, [
      { ride, runId: run.input.runId, ...ending, ...run.closing, attention },
    ]),
  );
  await condition(allHandlersFinished);
  return finished;
}
