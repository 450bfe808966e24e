import { createHash } from 'node:crypto';
import type { NodeAmount } from '../../domain/masumi/ports/masumi-node.ts';
import type { PaymentSourceType } from '../../schemas/families/masumi/payment-service.ts';

export interface StandInAgent {
  agentIdentifier: string;
  name: string;
  pricing: { kind: 'Fixed'; amounts: NodeAmount[] } | { kind: 'Dynamic' } | { kind: 'Free' };
  sourceType: PaymentSourceType;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** As long as a policy id, made of words that say what it is. */
export const POLICY_ID = digest('masumi payment service stand-in').slice(0, 56);

/** The same name has the same identifier in every stand-in, so it can be configured before one runs. */
export const standInAgentIdentifier = (name: string): string => `${POLICY_ID}${digest(name)}`;

export type AgentToRegister = Pick<StandInAgent, 'name' | 'pricing'> &
  Partial<Pick<StandInAgent, 'agentIdentifier' | 'sourceType'>>;

export const makeAgent = (agent: AgentToRegister): StandInAgent => ({
  agentIdentifier: agent.agentIdentifier ?? standInAgentIdentifier(agent.name),
  name: agent.name,
  pricing: agent.pricing,
  sourceType: agent.sourceType ?? 'Web3CardanoV1',
});

/** The agents that are registered from the start, one for each kind of pricing. */
export const FIRST_AGENTS: readonly StandInAgent[] = [
  makeAgent({ name: 'fixed', pricing: { kind: 'Fixed', amounts: [{ unit: '', amount: '3000000' }] } }),
  makeAgent({ name: 'dynamic', pricing: { kind: 'Dynamic' } }),
  makeAgent({ name: 'free', pricing: { kind: 'Free' } }),
];
