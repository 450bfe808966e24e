import { familyEvents } from '../../domain/events.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { Ride } from '../../domain/ports/journal.ts';
import type { PlanFailure } from '../../domain/ports/planning.ts';
import type { AnswerRef } from '../../domain/ports/questions.ts';
import type { RunInput } from '../../domain/run-settings.ts';

/** 2. What the API, the workflow and the worker agree on. All three import this; none of them imports another. */
export const FAMILY = 'echo';

/** An event type of our own. Types that nobody declares do not compile in a workflow. */
export const ECHO_EVENTS = familyEvents({ heard: 'echo.heard' });

/** What the workflow is started with: the engine's settings of a run, and ours. No texts: those are sealed in the run's row. */
export interface EchoInput extends RunInput {
  settings: RunInput['settings'] & { askForMs: number };
}

/** Our one activity. It takes the answer's name and hash; the values stay sealed until it opens them. */
export interface EchoActivities {
  planEcho(request: {
    ride: Ride;
    runId: string;
    answer: AnswerRef;
  }): Promise<{ kind: 'planned'; plan: Plan } | PlanFailure>;
}
