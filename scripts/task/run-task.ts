import type { JsonObject } from '../../schemas/core/json.ts';
import type { Workflow, WorkflowEvent } from '../../schemas/families/reasoning.ts';
import { answerApproval } from './answer-approval.ts';
import { answerQuestions } from './answer-questions.ts';
import type { End, Settled, Task } from './task.ts';
import { tellEvent } from './tell-event.ts';
import { fieldsOf, textOf } from './words.ts';

/** From the sentence to the end of its run; a sentence that is edited is a run of its own. */
export async function runTask(task: Task): Promise<End> {
  const { what } = task.wish;
  let id = 'resume' in what ? what.resume : await create(task, what.task);
  for (;;) {
    const end = await follow(task, id);
    if (!('task' in end)) return end;
    id = await create(task, end.task);
  }
}

async function create({ client, wish, user, report }: Task, input: string): Promise<string> {
  const { id } = await client.createWorkflow({
    userId: user,
    input,
    ...(wish.maxCost !== undefined && { maxCost: wish.maxCost }),
    ...(wish.maxTimeMs !== undefined && { maxTime: wish.maxTimeMs }),
    ...(wish.ask && { ask: true }),
  });
  report.say(`Task ${id} of ${user}`);
  return id;
}

/** Every event from the first, and an answer to whatever the run waits for now. */
async function follow(task: Task, id: string): Promise<End | { task: string }> {
  const { client, report, decimalsOf, interrupted } = task;
  let asset = '';
  try {
    for await (const event of client.stream(id, { after: 0, signal: interrupted })) {
      asset = assetIn(event.data) ?? asset;
      report.event(event, tellEvent(event, { asset, decimalsOf }));
      const settled = await settle(task, id, event);
      if (interrupted.aborted) break;
      if (settled === 'unanswered') return unanswered(task, id);
      if (settled === 'declined') return cancel(task, id);
      if (settled !== 'answered') return replace(task, id, settled);
    }
  } catch (error) {
    if (!interrupted.aborted) throw error;
  }
  const workflow = await client.getWorkflow(id);
  return interrupted.aborted ? leave(task, workflow) : { kind: 'ended', workflow };
}

const assetIn = (data: JsonObject): string | undefined => textOf(fieldsOf(data['plan'])['asset']);

async function settle(task: Task, id: string, { type, data }: WorkflowEvent): Promise<Settled> {
  if (type === 'workflow.awaiting_input') return answerQuestions(task, id, textOf(data['question']));
  if (type === 'workflow.awaiting_approval') return answerApproval(task, id, textOf(data['planHash']));
  return 'answered';
}

function unanswered({ report, resumeWith }: Task, id: string): End {
  report.say(`Nobody answered, so it waits. Go on with: ${resumeWith(id)}`);
  return { kind: 'unanswered', id };
}

async function cancel({ client, report }: Task, id: string): Promise<End> {
  const status = await client.cancel(id, 'declined by whoever was asked');
  report.say(
    status === 'cancelled' ? 'Declined. The run is cancelled.' : 'Declined. What was done is being undone.',
  );
  return { kind: 'cancelled', id };
}

async function replace(
  { client, report }: Task,
  id: string,
  { task }: { task: string },
): Promise<{ task: string }> {
  await client.cancel(id, 'asked for in other words');
  report.say('That run is cancelled; the new words are planned anew.');
  return { task };
}

/** Ctrl-C: a run that has not begun is cancelled, and one that works goes on without us. */
async function leave({ client, report, resumeWith }: Task, workflow: Workflow): Promise<End> {
  const { id } = workflow;
  if (ENDS.has(workflow.status)) return { kind: 'ended', workflow };
  if (!hasBegun(workflow)) {
    await client.cancel(id, 'interrupted before it began');
    report.say('Cancelled: it had not begun, and nothing was paid.');
    return { kind: 'cancelled', id };
  }
  report.say(`The run goes on. See it again with: ${resumeWith(id)}`);
  return { kind: 'left', id };
}

const ENDS: ReadonlySet<Workflow['status']> = new Set(['completed', 'failed', 'cancelled']);

const hasBegun = ({ status, approval }: Workflow): boolean =>
  approval !== undefined || !['planning', 'awaiting_input', 'awaiting_approval'].includes(status);
