import { StewardError, type Approval } from '../../sdk/index.ts';
import type { Workflow } from '../../schemas/families/reasoning.ts';
import { refusalLines } from './answer-questions.ts';
import { decide, type Decision } from './decide.ts';
import type { Settled, Task } from './task.ts';
import { planLines, totalLines } from './show-plan.ts';
import { limitLines, understandingLines } from './show-understanding.ts';
import { money } from './words.ts';

type Planned = Workflow & { executionPlan: NonNullable<Workflow['executionPlan']> };

/** Shows the plan and gets it decided, unless it is decided or is another one by now. */
export async function answerApproval(task: Task, id: string, planHash: string | undefined): Promise<Settled> {
  for (let tries = 0; ; tries++) {
    const workflow = await task.client.getWorkflow(id);
    if (!isAsked(workflow, planHash)) return 'answered';
    if (tries === 0) show(task, workflow);
    const decision = await decisionOf(task, workflow);
    if (decision.kind === 'silent') return 'unanswered';
    if (decision.kind === 'decline') return 'declined';
    if (decision.kind === 'edit') return { task: decision.task };
    const approved = await approve(task, id, decision.approval);
    if (approved !== 'again') return approved;
  }
}

const isAsked = (workflow: Workflow, planHash: string | undefined): workflow is Planned =>
  workflow.status === 'awaiting_approval' && workflow.executionPlan?.planHash === planHash;

function show({ report }: Task, workflow: Planned): void {
  const { executionPlan: plan, understanding } = workflow;
  for (const line of [
    ...understandingLines(plan.understanding ?? understanding),
    ...planLines(plan),
    ...totalLines(plan),
    ...limitLines(workflow, plan.asset),
  ])
    report.say(line);
}

async function decisionOf(task: Task, workflow: Planned): Promise<Decision> {
  const { wish, ask, report } = task;
  const say = (line: string): void => report.say(line);
  if (wish.yes) return decideAlone(task, workflow);
  if (!wish.ask) return { kind: 'silent' };
  if (workflow.approvalReason === 'partial')
    say('Approving this accepts that a part of the task is not done.');
  // What was paid already belongs to these words.
  return decide(workflow.executionPlan, workflow.approval === undefined, { ask, say });
}

/** `--yes`: the server holds the maximum, too, so a plan that grows later pays no more than that. */
function decideAlone({ wish, report }: Task, { executionPlan: plan, approvalReason }: Planned): Decision {
  const maxTotalAmount = wish.maxCost ?? '0';
  if (approvalReason === 'partial' && !wish.acceptPartial) {
    report.say('--yes does not agree to a part of the task: --accept-partial does.');
    return { kind: 'silent' };
  }
  if (Number(JSON.stringify(plan.totalEstimatedCost)) > Number(maxTotalAmount)) {
    report.say(`That is more than --max-cost: ${money(plan.totalEstimatedCost, plan.asset)}.`);
    return { kind: 'silent' };
  }
  if (plan.revision > MOST_REVISIONS) {
    report.say('The plan has changed too often to be approved without a look.');
    return { kind: 'silent' };
  }
  const approval = { planHash: plan.planHash, limits: { maxTotalAmount }, acceptPartial: wish.acceptPartial };
  return { kind: 'approve', approval };
}

const MOST_REVISIONS = 5;

/** `again`: refused, and the run still waits. */
async function approve(
  { client, wish, report, fundWith }: Task,
  id: string,
  approval: Approval,
): Promise<'answered' | 'unanswered' | 'again'> {
  try {
    await client.approve(id, approval);
    return 'answered';
  } catch (error) {
    if (!(error instanceof StewardError) || error.status >= 500) throw error;
    refusalLines(error).forEach((line) => report.say(line));
    if (error.code === 'insufficient_escrow') report.say(fundWith);
    return wish.yes ? 'unanswered' : 'again';
  }
}
