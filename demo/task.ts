import type { Config } from '../config/config.ts';
import type { DemoClient, DemoEvent } from './client.ts';
import { confirmOnChain } from './confirm.ts';
import { bar, type Screen } from './screen.ts';

export interface DemoTask {
  title: string;
  input: string;
  maxCost: string;
  ends: 'completed' | 'failed';
}

interface PlanStep {
  id: string;
  serviceName: string;
  action: string;
  estimatedCost: number;
  dependencies: string[];
  pay?: { network: string };
}

interface Workflow {
  id: string;
  status: string;
  totalCost: number;
  totalTime: number;
  error?: { code: string; message: string };
  output?: unknown;
  executionPlan?: { steps: PlanStep[]; totalEstimatedCost: number; asset: string; planHash: string };
}

interface StepResult {
  payment?: { network: string; amountMinor: string; payTo: string; status: string };
  paymentSignature?: string;
}

const POLL_MS = 100;

/** One task as a client sees it: submit, look at the plan, approve, watch, look at the result and the money. */
export async function showTask(
  screen: Screen,
  client: DemoClient,
  config: Config,
  user: string,
  task: DemoTask,
): Promise<boolean> {
  screen.title(task.title);
  screen.line(`   "${task.input}"`);
  const before = await balance(client, user);
  const { workflow } = await client.post<{ workflow: Workflow }>('/workflows/create', {
    userId: user,
    input: task.input,
    maxCost: task.maxCost,
  });
  const planned = await untilPlanned(client, workflow.id);
  if (planned.executionPlan === undefined) {
    screen.line(`   no plan: ${planned.error?.message ?? planned.status}`);
    return false;
  }
  showPlan(screen, planned.executionPlan);
  await client.post(`/workflows/${workflow.id}/approve`, { planHash: planned.executionPlan.planHash });
  await watch(screen, client, workflow.id, planned.executionPlan.steps.length);
  const ended = (await client.get<{ workflow: Workflow }>(`/workflows/${workflow.id}`)).workflow;
  showEnd(screen, ended);
  await showPayments(screen, client, config, ended);
  screen.table([
    ['balance before', before],
    ['balance after', await balance(client, user)],
  ]);
  screen.detail(
    `${config.TEMPORAL_UI_URL ?? 'Temporal'}/namespaces/${config.TEMPORAL_NAMESPACE}/workflows/${workflow.id}`,
  );
  return ended.status === task.ends;
}

async function untilPlanned(client: DemoClient, id: string): Promise<Workflow> {
  for (;;) {
    const { workflow } = await client.get<{ workflow: Workflow }>(`/workflows/${id}`);
    if (workflow.status !== 'planning') return workflow;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function balance(client: DemoClient, user: string): Promise<string> {
  const { balances } = await client.get<{
    balances: Record<string, { available: number; reserved: number; spent: number }>;
  }>(`/escrow/${user}/balance`);
  const { available = 0, reserved = 0, spent = 0 } = balances['USDC'] ?? {};
  return `${available} USDC available, ${reserved} reserved, ${spent} spent`;
}

function showPlan(screen: Screen, plan: NonNullable<Workflow['executionPlan']>): void {
  screen.table([
    ['step', 'service', 'price', 'pays on', 'after'],
    ...plan.steps.map((step) => [
      step.id,
      step.serviceName,
      step.estimatedCost === 0 ? 'free' : `${step.estimatedCost} ${plan.asset}`,
      step.pay?.network.split(':')[0] ?? '-',
      step.dependencies.join(', ') || '-',
    ]),
    ['', 'total', `${plan.totalEstimatedCost} ${plan.asset}`, '', ''],
  ]);
  screen.detail(`approving plan ${plan.planHash.slice(0, 16)}...`);
}

async function watch(screen: Screen, client: DemoClient, id: string, steps: number): Promise<void> {
  let done = 0;
  for await (const event of client.events(id)) {
    if (event.type === 'step.completed' || event.type === 'step.skipped') done++;
    const text = describe(event);
    if (text !== undefined) screen.line(`   ${bar(done, steps)}  ${text}`);
  }
}

/** Events in words; undefined for events that only repeat another one. */
function describe({ type, data, seq }: DemoEvent): string | undefined {
  if (type === 'connected') return undefined;
  const { step, payment, reason, error } = data as {
    step?: string;
    payment?: { status?: string };
    reason?: string;
    error?: { message?: string };
  };
  const more = [step, payment?.status && `payment ${payment.status}`, reason, error?.message].filter(
    (part) => part !== undefined,
  );
  return `#${seq} ${type}${more.length > 0 ? `: ${more.join(', ')}` : ''}`;
}

function showEnd(screen: Screen, workflow: Workflow): void {
  screen.line(
    `   ${workflow.status} in ${workflow.totalTime} ms, cost ${workflow.totalCost} USDC${workflow.error ? ` (${workflow.error.code}: ${workflow.error.message})` : ''}`,
  );
  if (workflow.output === undefined) return;
  const text =
    typeof workflow.output === 'string' ? workflow.output : JSON.stringify(workflow.output, null, 2);
  for (const line of text.split('\n').slice(0, 14)) screen.detail(line.slice(0, 140));
}

async function showPayments(
  screen: Screen,
  client: DemoClient,
  config: Config,
  { id }: Workflow,
): Promise<void> {
  const { stepResults } = await client.get<{ stepResults: Record<string, StepResult> }>(
    `/workflows/${id}/steps`,
  );
  const paid = Object.entries(stepResults).filter(([, result]) => result.payment !== undefined);
  if (paid.length === 0) return;
  const rows = await Promise.all(
    paid.map(async ([step, { payment, paymentSignature }]) => [
      step,
      `${Number(payment!.amountMinor) / 1e6} USDC`,
      payment!.payTo,
      paymentSignature ?? payment!.status,
      paymentSignature === undefined ? '' : await confirmOnChain(config, payment!.network, paymentSignature),
    ]),
  );
  screen.table([['paid for', 'amount', 'to', 'transaction', 'says the chain'], ...rows]);
}
