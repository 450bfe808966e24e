import { fromMnee } from '../../domain/omni/money.ts';
import { decide } from '../../domain/omni/policy/decide.ts';
import type { HighAgent, PolicyAgent, PolicyFacts, PolicyService } from '../../domain/omni/policy/facts.ts';
import { toRecord } from '../../domain/omni/policy/recorded.ts';
import type { RecordedDecision } from '../../domain/omni/policy/replay.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 1);
const AGENTS = 20;
const DAYS = 30;
const PRIORITIES = ['HIGH', 'MEDIUM', 'LOW', 'MEDIUM'] as const;

const SERVICES: readonly PolicyService[] = [
  { id: 'IMAGE_GEN_PREMIUM', unitPrice: fromMnee('1'), active: true, blockedAgents: [] },
  { id: 'PRICE_ORACLE', unitPrice: fromMnee('0.05'), active: true, blockedAgents: ['agent-3'] },
  {
    id: 'BATCH_COMPUTE',
    unitPrice: fromMnee('3'),
    active: true,
    blockedAgents: [],
    maxDailySpending: fromMnee('900'),
  },
  { id: 'LOG_ARCHIVE', unitPrice: fromMnee('0.01'), active: true, blockedAgents: [] },
];

const newAgents = (): PolicyAgent[] =>
  Array.from({ length: AGENTS }, (_, at) => ({
    id: `agent-${at}`,
    priority: PRIORITIES[at % PRIORITIES.length]!,
    maxPerCall: fromMnee('5'),
    dailyBudget: fromMnee('150'),
    rollover: 0n,
    spent: 0n,
    reserved: 0n,
    paused: false,
  }));

const highOf = (agents: readonly PolicyAgent[]): HighAgent[] =>
  agents
    .filter(({ priority }) => priority === 'HIGH')
    .map(({ id, dailyBudget, rollover, spent }) => ({ id, dailyBudget, rollover, used: spent }));

interface Call {
  facts: PolicyFacts;
  decision: RecordedDecision;
}

/** A month of calls of twenty agents that follow from one another: what is allowed is paid, and moves every later call. */
export function* callsOfAMonth(count: number): Generator<Call> {
  let free = fromMnee('60000');
  let day = 0;
  let agents = newAgents();
  let uses = SERVICES.map(() => 0n);
  for (let id = 1; id <= count; id++) {
    const atMs = START_MS + Math.floor(((id - 1) * DAYS * DAY_MS) / count);
    const today = Math.floor((atMs - START_MS) / DAY_MS);
    if (today !== day) [day, agents, uses] = [today, newAgents(), SERVICES.map(() => 0n)];
    const agent = agents[(id * 7) % AGENTS]!;
    const kind = (id * 13 + Math.floor(id / AGENTS)) % SERVICES.length;
    const facts = factsOf(agent, { ...SERVICES[kind]!, dayUse: uses[kind]! }, free, agents);
    const { action, reasonCode, cost } = decide(facts);
    yield { facts, decision: recorded(facts, { id, atMs, action, reasonCode, cost }) };
    if (action !== 'ALLOWED') continue;
    free -= cost;
    agent.spent += cost;
    uses[kind]! += cost;
  }
}

const factsOf = (
  agent: PolicyAgent,
  service: PolicyService,
  free: bigint,
  agents: readonly PolicyAgent[],
): PolicyFacts => ({
  agentId: agent.id,
  agent: { ...agent },
  serviceId: service.id,
  service,
  quantity: 1,
  treasury: { free, lowBalance: fromMnee('20'), highReserve: 5000 },
  halted: false,
  highAgents: highOf(agents),
});

const recorded = (
  facts: PolicyFacts,
  decided: Pick<RecordedDecision, 'id' | 'atMs' | 'action' | 'reasonCode' | 'cost'>,
): RecordedDecision => ({
  ...decided,
  agentId: facts.agentId,
  serviceId: facts.serviceId,
  quantity: facts.quantity,
  paid: decided.action === 'ALLOWED',
  facts: toRecord(facts),
});
