import type { PolicyAgent, PolicyFacts, PolicyService } from './facts.ts';
import { fromMnee } from '../money.ts';

/** MNEE in whole units, for tests: "0.05". */
export const m = fromMnee;

export const sampleAgent = (more: Partial<PolicyAgent> = {}): PolicyAgent => ({
  id: 'ops-agent',
  priority: 'MEDIUM',
  maxPerCall: m('5'),
  dailyBudget: m('30'),
  rollover: 0n,
  spent: 0n,
  reserved: 0n,
  paused: false,
  ...more,
});

export const sampleService = (more: Partial<PolicyService> = {}): PolicyService => ({
  id: 'IMAGE_GEN_PREMIUM',
  unitPrice: m('1'),
  active: true,
  blockedAgents: [],
  ...more,
});

interface Sample {
  agent?: Partial<PolicyAgent> | null;
  service?: Partial<PolicyService> | null;
  facts?: Partial<PolicyFacts>;
}

/** A call that is allowed, with what a test changes of it; null takes agent or service away. */
export function sampleFacts({ agent = {}, service = {}, facts = {} }: Sample = {}): PolicyFacts {
  const one = sampleAgent(agent ?? {});
  const other = sampleService(service ?? {});
  return {
    agentId: one.id,
    serviceId: other.id,
    quantity: 1,
    halted: false,
    treasury: { free: m('180'), lowBalance: m('20'), highReserve: 5000 },
    highAgents: [{ id: 'user-agent', dailyBudget: m('100'), rollover: 0n, used: 0n }],
    ...(agent !== null && { agent: one }),
    ...(service !== null && { service: other }),
    ...facts,
  };
}
