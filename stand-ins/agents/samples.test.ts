import { expect, test } from 'vitest';
import { loadConfig } from '../../families/config.ts';
import { settingFor } from '../../domain/masumi/flow-key.ts';
import { sampleFlows } from '../kodosumi/flows/samples.ts';
import { standInAgentIdentifier } from '../payment-service/agents.ts';
import { SAMPLE_AGENTS, sampleSettings } from './samples.ts';

test('every sample flow is for sale, under names that a shell can set and the configuration accepts', () => {
  expect(SAMPLE_AGENTS.map(({ flow }) => flow)).toEqual(sampleFlows);
  const settings = sampleSettings();
  expect(Object.keys(settings).every((name) => /^\w+$/.test(name))).toBe(true);
  expect(loadConfig({ ...settings }).FLOW_SETTINGS).toEqual(settings);
});

test.each(SAMPLE_AGENTS)('$key leads to the agent that the stand-in registers', ({ key, agent }) => {
  const keys = SAMPLE_AGENTS.map((sample) => sample.key);
  const found = settingFor('AGENT_IDENTIFIER', key, keys, sampleSettings());
  expect(found).toMatchObject({ kind: 'set', value: standInAgentIdentifier(agent.name) });
});
