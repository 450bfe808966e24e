import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { RunSettings } from '../../../domain/run-settings.ts';
import type { TemporalTestClient } from '../../support/temporal.ts';
import { UPDATES } from '../../../domain/messages.ts';
import { createFakes, type Fakes, type Script } from './fakes.ts';
import type { RunSummary } from '../../../workflows/engine/run-summary.ts';
import { until, withRun } from './run.ts';

export type Overrides = Partial<Fakes['activities']>;

export const approve = (handle: WorkflowHandle, more: object = {}): Promise<unknown> =>
  handle.executeUpdate(UPDATES.approve, { args: [{ by: 'tester', updateId: 'u1', ...more }] });

/** How the run ended, as its workflow says it: by its summary, or as failed or cancelled in Temporal itself. */
export async function endOf(handle: WorkflowHandle): Promise<'completed' | 'failed' | 'cancelled'> {
  try {
    return ((await handle.result()) as RunSummary).status;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return error.cause?.name === 'CancelledFailure' ? 'cancelled' : 'failed';
  }
}

export const untilAsked = (fakes: Fakes, hash = 'hash-1'): Promise<void> =>
  until(
    () => fakes.events.some(({ key }) => key === `approval.requested:${hash}`),
    `${hash} waits for approval`,
  );

/** One run over fakes: `people` act on it, then its end is awaited. */
export async function play(
  temporal: TemporalTestClient,
  script: Script,
  people: (handle: WorkflowHandle, fakes: Fakes) => Promise<unknown>,
  more: { settings?: Partial<RunSettings>; activities?: (fakes: Fakes) => Overrides } = {},
): Promise<{ fakes: Fakes; end: Awaited<ReturnType<typeof endOf>> }> {
  const fakes = createFakes(script);
  Object.assign(fakes.activities, more.activities?.({ ...fakes, activities: { ...fakes.activities } }));
  const end = await withRun(temporal, fakes, more.settings ?? {}, async (handle) => {
    await people(handle, fakes);
    return endOf(handle);
  });
  return { fakes, end };
}

export async function approvesAtOnce(handle: WorkflowHandle, fakes: Fakes): Promise<void> {
  await untilAsked(fakes);
  await approve(handle);
}

/** A promise and what resolves it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
