import { setImmediate as nextTurn } from 'node:timers/promises';
import { readDecisions } from '../../../db/omni/read-calls.ts';
import { fromMnee } from '../../../domain/omni/money.ts';
import type { ReasonCode } from '../../../domain/omni/policy/facts.ts';
import {
  createReplay,
  type PolicyDraft,
  type RecordedDecision,
  type ReplayChange,
  type ReplaySums,
} from '../../../domain/omni/policy/replay.ts';
import { ReplayAnswer, ReplayBody } from '../../../schemas/families/omni/policy.ts';
import type { Ctx } from '../../context.ts';
import { defineRoute, type Route } from '../../route.ts';
import { TAGS } from './names.ts';
import type { OmniOptions } from './options.ts';
import { isOurs } from './shared.ts';
import { mnee } from './to-wire.ts';

const PAGE = 2000;

/** The policy's time machine (omni.md, section 7 and the product's own addition). */
export const replayRoute = (options: OmniOptions): Route =>
  defineRoute({
    method: 'post',
    path: '/policy/replay',
    summary: 'Decide recorded decisions again under a draft of agents and services',
    description:
      'What the draft leaves out is as it was recorded. One change is followed through: what is not spent is there for later decisions. Nothing is held or written down.',
    tags: TAGS,
    scope: 'operate',
    money: {
      paths: [
        'agents.*.dailyBudget',
        'agents.*.maxPerCall',
        'services.*.unitPrice',
        'services.*.maxDailySpending',
      ],
      numbersOnly: true,
    },
    body: ReplayBody,
    responses: { 200: { description: 'What would have been different.', schema: ReplayAnswer } },
    handler: async (ctx, { body }) => ({ status: 200, body: await replay(ctx, options, body) }),
  });

async function replay(ctx: Ctx, options: OmniOptions, body: ReplayBody): Promise<ReplayAnswer> {
  const machine = createReplay(draftOf(body));
  const [from, to] = [toDate(body.from), toDate(body.to)];
  const changes: ReplayChange[] = [];
  let seen = 0;
  for (let after = 0; isOurs(ctx, options) && !ctx.signal.aborted;) {
    const rows = await readDecisions(ctx.deps.db.pool, options.tenant, { after, from, to, limit: PAGE });
    for (const row of rows) {
      const change = machine.take(toRecorded(row));
      if (change === undefined) continue;
      seen += 1;
      if (seen > body.after && changes.length < body.limit) changes.push(change);
    }
    if (rows.length < PAGE) break;
    after = rows.at(-1)!.id;
    await nextTurn(); // others have their turn
  }
  const { decisions, changed, total, byAgent, byService } = machine.result();
  const shown = body.after + changes.length;
  return {
    from: from?.toISOString() ?? null,
    to: to?.toISOString() ?? null,
    decisions,
    changed,
    spent: sums(total),
    byAgent: all(byAgent),
    byService: all(byService),
    changes: changes.map(toChange),
    next_after: shown < changed ? shown : null,
  };
}

const toDate = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text));

const draftOf = ({ agents, services }: ReplayBody): PolicyDraft => ({
  agents: agents.map(({ id, priority, dailyBudget, maxPerCall, paused }) => ({
    id,
    ...(priority !== undefined && { priority: priority === 'NORMAL' ? ('MEDIUM' as const) : priority }),
    ...(dailyBudget !== undefined && { dailyBudget: fromMnee(dailyBudget) }),
    ...(maxPerCall !== undefined && { maxPerCall: fromMnee(maxPerCall) }),
    ...(paused !== undefined && { paused }),
  })),
  services: services.map(({ id, unitPrice, active, maxDailySpending, allowedAgents, blockedAgents }) => ({
    id,
    ...(unitPrice !== undefined && { unitPrice: fromMnee(unitPrice) }),
    ...(active !== undefined && { active }),
    ...(maxDailySpending !== undefined && {
      maxDailySpending: maxDailySpending === null ? null : fromMnee(maxDailySpending),
    }),
    ...(allowedAgents !== undefined && { allowedAgents }),
    ...(blockedAgents !== undefined && { blockedAgents }),
  })),
});

type Row = Awaited<ReturnType<typeof readDecisions>>[number];

const toRecorded = (row: Row): RecordedDecision => ({
  id: row.id,
  atMs: row.at.getTime(),
  agentId: row.agent_id,
  serviceId: row.service_id,
  quantity: row.quantity,
  action: row.action,
  reasonCode: row.reason_code as ReasonCode,
  cost: BigInt(row.cost),
  paid: row.paid,
  facts: { ...row.facts, task_id: row.task_id },
});

const sums = ({ recorded, replayed }: ReplaySums) => ({
  recorded: mnee(recorded),
  replayed: mnee(replayed),
  difference: mnee(replayed - recorded),
});

const all = (map: ReadonlyMap<string, ReplaySums>) =>
  Object.fromEntries([...map].map(([id, of]) => [id, { ...sums(of), changed: of.changed }]));

const toChange = ({ recorded, replayed }: ReplayChange): ReplayAnswer['changes'][number] => ({
  id: String(recorded.id),
  timestamp: new Date(recorded.atMs).toISOString(),
  agent_id: recorded.agentId,
  service_id: recorded.serviceId,
  task_id: String(recorded.facts['task_id']),
  recorded: { action: recorded.action, reason_code: recorded.reasonCode, cost: mnee(recorded.cost) },
  replayed: { action: replayed.action, reason_code: replayed.reasonCode, cost: mnee(replayed.cost) },
});
