import { envName, flowKey } from '../../domain/masumi/flow-key.ts';
import type { StandInFlow } from '../kodosumi/flow.ts';
import { approval } from '../kodosumi/flows/approval.ts';
import { hymn } from '../kodosumi/flows/hymn.ts';
import { standInAgentIdentifier, type AgentToRegister } from '../payment-service/agents.ts';

/** A sample flow and its price. */
export interface SampleAgent {
  flow: StandInFlow;
  /** In Steward's URLs. */
  key: string;
  /** As the stand-in's registry has it. */
  agent: AgentToRegister;
}

const sold = (flow: StandInFlow, lovelace: string): SampleAgent => ({
  flow,
  key: flowKey(flow.url),
  agent: { name: flow.summary, pricing: { kind: 'Fixed', amounts: [{ unit: '', amount: lovelace }] } },
});

/** Works by itself. */
export const HYMN = sold(hymn, '3000000');
/** Asks a person in the middle. */
export const APPROVAL = sold(approval, '5000000');

export const SAMPLE_AGENTS: readonly SampleAgent[] = [HYMN, APPROVAL];

/** What makes the samples sellable: AGENT_IDENTIFIER_<flow key>, by names that a shell can set. */
export const sampleSettings = (): Record<string, string> =>
  Object.fromEntries(
    SAMPLE_AGENTS.map(({ key, agent }) => [
      `AGENT_IDENTIFIER_${envName(key)}`,
      standInAgentIdentifier(agent.name),
    ]),
  );
