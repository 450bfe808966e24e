import { expect, test } from 'vitest';
import { providerOf, type ProviderSettings } from './provider.ts';

test.each<[ProviderSettings, string]>([
  [{}, 'offline'],
  [{ ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k' }, 'anthropic'],
  [{ OPENAI_API_KEY: 'k', AWS_REGION: 'eu-central-1' }, 'openai'],
  [{ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }, 'offline'],
  [{ AWS_REGION: 'eu-central-1' }, 'offline'],
  [{ LLM_PROVIDER: 'offline', ANTHROPIC_API_KEY: 'k' }, 'offline'],
  [{ LLM_PROVIDER: 'openai', ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k' }, 'openai'],
  [{ LLM_PROVIDER: 'openai', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }, 'openai'],
  [{ LLM_PROVIDER: 'openai', ANTHROPIC_API_KEY: 'k' }, 'offline'],
  [{ LLM_PROVIDER: 'anthropic' }, 'offline'],
  [{ LLM_PROVIDER: 'bedrock', AWS_REGION: 'eu-central-1' }, 'bedrock'],
  [{ LLM_PROVIDER: 'bedrock' }, 'offline'],
])('%j is answered by %s', (settings, provider) => {
  expect(providerOf(settings)).toBe(provider);
});
