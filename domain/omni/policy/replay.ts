import type { JsonObject } from '../../../schemas/core/json.ts';
import type { Priority } from '../config.ts';
import { decide } from './decide.ts';
import type {
  PolicyAction,
  PolicyAgent,
  PolicyDecision,
  PolicyFacts,
  PolicyService,
  ReasonCode,
} from './facts.ts';
import { fromRecord } from './recorded.ts';

/** One recorded decision, in its order. Amounts are minor units. */
export interface RecordedDecision {
  id: number;
  atMs: number;
  agentId: string;
  serviceId: string;
  quantity: number;
  action: PolicyAction;
  reasonCode: ReasonCode;
  cost: bigint;
  /** Its payment was made, or may have been. */
  paid: boolean;
  /** What it saw (`toRecord`). */
  facts: JsonObject;
}

/** What a draft says of an agent or a service; what it leaves out is as it was recorded. */
export interface AgentDraft {
  id: string;
  priority?: Priority;
  dailyBudget?: bigint;
  maxPerCall?: bigint;
  paused?: boolean;
}
export interface ServiceDraft {
  id: string;
  unitPrice?: bigint;
  active?: boolean;
  maxDailySpending?: bigint | null;
  allowedAgents?: readonly string[] | null;
  blockedAgents?: readonly string[];
}
export interface PolicyDraft {
  agents: readonly AgentDraft[];
  services: readonly ServiceDraft[];
}

/** A decision that the draft would have made in another way. */
export interface ReplayChange {
  recorded: RecordedDecision;
  replayed: PolicyDecision;
}

export interface ReplaySums {
  recorded: bigint;
  replayed: bigint;
  changed: number;
}

export interface ReplayResult {
  decisions: number;
  changed: number;
  total: ReplaySums;
  byAgent: Map<string, ReplaySums>;
  byService: Map<string, ReplaySums>;
}

export interface Replay {
  /** The decisions of a record, one after the other; answers the change, if it is one. */
  take(decision: RecordedDecision): ReplayChange | undefined;
  result(): ReplayResult;
}

const DAY = 86_400_000;

/**
 * The policy's time machine: decides recorded decisions again under a draft. What the draft spends more or less moves the
 * agent's and the service's day and the treasury for every later decision, so one change is followed through. A pure function
 * of the record and the draft; an empty draft changes nothing.
 */
export function createReplay({ agents, services }: PolicyDraft): Replay {
  const agentDrafts = new Map(agents.map((draft) => [draft.id, draft]));
  const serviceDrafts = new Map(services.map((draft) => [draft.id, draft]));
  const byAgent = new Map<string, ReplaySums>();
  const byService = new Map<string, ReplaySums>();
  const total: ReplaySums = { recorded: 0n, replayed: 0n, changed: 0 };
  let decisions = 0;
  // What the draft spent more than the record: of the treasury, and on this day (UTC) by agent and by service.
  let treasury = 0n;
  let day = Number.NaN;
  const ofAgent = new Map<string, bigint>();
  const ofService = new Map<string, bigint>();
  const shift = (facts: PolicyFacts): PolicyFacts => {
    const { agent, service } = facts;
    return {
      ...facts,
      ...(agent && { agent: agentUnder(agent, agentDrafts.get(agent.id), ofAgent.get(agent.id) ?? 0n) }),
      ...(service && {
        service: serviceUnder(service, serviceDrafts.get(service.id), ofService.get(service.id) ?? 0n),
      }),
      treasury: {
        ...facts.treasury,
        free: facts.treasury.free === null ? null : facts.treasury.free - treasury,
      },
      highAgents: highUnder(facts, agentDrafts, ofAgent),
    };
  };
  return {
    take(decision) {
      const today = Math.floor(decision.atMs / DAY);
      if (today !== day) {
        day = today;
        ofAgent.clear();
        ofService.clear();
      }
      decisions += 1;
      const replayed = decide(shift(fromRecord(decision.facts, decision)));
      const before = spentBy(decision);
      const after = spentIn(replayed, decision);
      const isChanged =
        replayed.action !== decision.action ||
        (replayed.action === 'REJECTED' ? replayed.reasonCode !== decision.reasonCode : after !== before);
      const difference = after - before;
      treasury += difference;
      add(ofAgent, decision.agentId, difference);
      add(ofService, decision.serviceId, difference);
      for (const sums of [total, sumsOf(byAgent, decision.agentId), sumsOf(byService, decision.serviceId)]) {
        sums.recorded += before;
        sums.replayed += after;
        if (isChanged) sums.changed += 1;
      }
      return isChanged ? { recorded: decision, replayed } : undefined;
    },
    result: () => ({ decisions, changed: total.changed, total, byAgent, byService }),
  };
}

const spentBy = ({ action, cost, paid }: RecordedDecision): bigint =>
  action === 'ALLOWED' && paid ? cost : 0n;

/** A payment that failed in the record is taken to fail again; one that was never made is taken to succeed. */
const spentIn = ({ action, cost }: PolicyDecision, recorded: RecordedDecision): bigint =>
  action !== 'ALLOWED' || (recorded.action === 'ALLOWED' && !recorded.paid) ? 0n : cost;

const add = (sums: Map<string, bigint>, key: string, amount: bigint): void => {
  if (amount !== 0n) sums.set(key, (sums.get(key) ?? 0n) + amount);
};

function sumsOf(all: Map<string, ReplaySums>, key: string): ReplaySums {
  const found = all.get(key) ?? { recorded: 0n, replayed: 0n, changed: 0 };
  all.set(key, found);
  return found;
}

const agentUnder = (agent: PolicyAgent, draft: AgentDraft | undefined, more: bigint): PolicyAgent => ({
  ...agent,
  spent: agent.spent + more,
  ...(draft?.priority !== undefined && { priority: draft.priority }),
  ...(draft?.dailyBudget !== undefined && { dailyBudget: draft.dailyBudget }),
  ...(draft?.maxPerCall !== undefined && { maxPerCall: draft.maxPerCall }),
  ...(draft?.paused !== undefined && { paused: draft.paused }),
});

function serviceUnder(service: PolicyService, draft: ServiceDraft | undefined, more: bigint): PolicyService {
  const { allowedAgents: _allowed, maxDailySpending: _cap, ...rest } = service;
  const allowed = draft?.allowedAgents === undefined ? service.allowedAgents : draft.allowedAgents;
  const cap = draft?.maxDailySpending === undefined ? service.maxDailySpending : draft.maxDailySpending;
  return {
    ...rest,
    dayUse: (service.dayUse ?? 0n) + more,
    ...(draft?.unitPrice !== undefined && { unitPrice: draft.unitPrice }),
    ...(draft?.active !== undefined && { active: draft.active }),
    ...(draft?.blockedAgents !== undefined && { blockedAgents: draft.blockedAgents }),
    ...(allowed != null && { allowedAgents: allowed }),
    ...(cap != null && { maxDailySpending: cap }),
  };
}

/** HIGH agents under the draft. One that only the draft makes HIGH is not on record, and reserves nothing. */
function highUnder(
  { highAgents }: PolicyFacts,
  drafts: ReadonlyMap<string, AgentDraft>,
  ofAgent: ReadonlyMap<string, bigint>,
): PolicyFacts['highAgents'] {
  if (drafts.size === 0 && ofAgent.size === 0) return highAgents;
  return highAgents
    .filter(({ id }) => (drafts.get(id)?.priority ?? 'HIGH') === 'HIGH')
    .map((high) => ({
      ...high,
      dailyBudget: drafts.get(high.id)?.dailyBudget ?? high.dailyBudget,
      used: high.used + (ofAgent.get(high.id) ?? 0n),
    }));
}
