import type { ReasoningClient } from '../../sdk/index.ts';
import type { Workflow, WorkflowEvent } from '../../schemas/families/reasoning.ts';
import type { Known } from './tell-event.ts';
import type { Wish } from './wish.ts';

/** What of the SDK's client the command needs. */
export type TaskClient = Pick<
  ReasoningClient,
  'createWorkflow' | 'getWorkflow' | 'approve' | 'answer' | 'cancel' | 'stream'
>;

/** Where everything is told. */
export interface Report {
  say(line: string): void;
  event(event: WorkflowEvent, line: string | undefined): void;
}

export interface Task {
  client: TaskClient;
  wish: Wish;
  user: string;
  ask(prompt: string): Promise<string | undefined>;
  report: Report;
  decimalsOf: Known['decimalsOf'];
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal;
  /** A command line that goes on with a run. */
  resumeWith(id: string): string;
  /** What to do about an escrow that is short. */
  fundWith: string;
}

/** How it ended for whoever started it. */
export type End =
  | { kind: 'ended'; workflow: Workflow }
  | { kind: 'cancelled' | 'unanswered' | 'left'; id: string };

/** What became of a wait: it is over, nobody answered, or the task is another one now. */
export type Settled = 'answered' | 'unanswered' | 'declined' | { task: string };
