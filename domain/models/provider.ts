/** Who answers for a model; `offline` is nobody: fixed rules. */
export type ModelProvider = 'anthropic' | 'openai' | 'bedrock' | 'offline';

/** What of the settings decides it. */
export interface ProviderSettings {
  LLM_PROVIDER?: ModelProvider | undefined;
  ANTHROPIC_API_KEY?: string | undefined;
  OPENAI_API_KEY?: string | undefined;
  OPENAI_BASE_URL?: string | undefined;
  AWS_REGION?: string | undefined;
}

/**
 * The provider that is named, if it has what it needs; without a name the one that has a key, Anthropic first. Amazon's
 * credentials are for much besides models, so Bedrock is only taken by name.
 */
export function providerOf(settings: ProviderSettings): ModelProvider {
  const { LLM_PROVIDER: named, ANTHROPIC_API_KEY, OPENAI_API_KEY, OPENAI_BASE_URL, AWS_REGION } = settings;
  switch (named) {
    case undefined:
      if (ANTHROPIC_API_KEY !== undefined) return 'anthropic';
      return OPENAI_API_KEY === undefined ? 'offline' : 'openai';
    case 'anthropic':
      return ANTHROPIC_API_KEY === undefined ? 'offline' : named;
    case 'openai':
      return OPENAI_API_KEY === undefined && OPENAI_BASE_URL === undefined ? 'offline' : named;
    case 'bedrock':
      return AWS_REGION === undefined ? 'offline' : named;
    case 'offline':
      return named;
  }
}
