import { condition, defineSignal, setHandler } from '@temporalio/workflow';
import { UNKNOWN_TOTALS } from '../../../domain/ports/ledger.ts';
import type { Json } from '../../../schemas/core/json.ts';
import type { QuestionSpec } from '../../../workflows/engine/question-events.ts';
import { executeRun, type RunStart } from '../../../workflows/engine/run.ts';
import type { RunSummary } from '../../../workflows/engine/run-summary.ts';

/** What a test's run asks, and when: `afterGo` waits for the signal `go` first. */
export interface Asking extends RunStart {
  questions: (Omit<QuestionSpec, 'expiresAtMs'> & { forMs: number })[];
  expects?: string[];
  afterGo?: boolean;
}

/** Asks all its questions at once; how they ended is its output. */
export async function askingRun(input: Asking): Promise<RunSummary> {
  return executeRun(input, async (run) => {
    let go = input.afterGo !== true;
    setHandler(defineSignal('go'), () => void (go = true));
    run.questions.expect(input.expects ?? []);
    run.move('running', 'run.running', 'run.running', {});
    await run.journal.flush();
    await condition(() => go);
    const ends = await Promise.all(
      input.questions.map(({ forMs, ...spec }) =>
        run.questions.ask({ ...spec, expiresAtMs: Date.now() + forMs }),
      ),
    );
    const status = run.stop.reason() === undefined ? 'completed' : 'cancelled';
    return { status, outputs: { ends: { inline: ends as unknown as Json } }, totals: UNKNOWN_TOTALS };
  });
}
