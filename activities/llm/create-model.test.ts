import { expect, test } from 'vitest';
import { createModel } from './create-model.ts';

test('a model is the one that is named for its use, else LLM_MODEL, else one of its provider', () => {
  const settings = { ANTHROPIC_API_KEY: 'k' };
  expect(createModel(settings)).toMatchObject({ provider: 'anthropic', model: 'claude-opus-5-5' });
  expect(createModel({ ...settings, LLM_MODEL: 'one' })?.model).toBe('one');
  const model = { setting: 'PLANNER_MODEL', name: 'two' };
  expect(createModel({ ...settings, LLM_MODEL: 'one' }, { model })?.model).toBe('two');
  expect(createModel({ LLM_PROVIDER: 'offline', ...settings })).toBeUndefined();
});
