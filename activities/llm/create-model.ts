import { providerOf, type ModelProvider, type ProviderSettings } from '../../domain/models/provider.ts';
import type { BedrockSettings } from './bedrock.ts';
import type { Words } from './failures.ts';
import type { ChatModel, ModelRequest } from './model.ts';

/** The settings that say which model is asked, and how it is reached. */
export interface ModelSettings extends ProviderSettings {
  LLM_MODEL?: string | undefined;
  ANTHROPIC_BASE_URL?: string | undefined;
  AWS_ACCESS_KEY_ID?: string | undefined;
  AWS_SECRET_ACCESS_KEY?: string | undefined;
  AWS_SESSION_TOKEN?: string | undefined;
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME?: string | undefined;
}

/** What differs between those who ask. */
export interface ModelUse {
  /** At the head of messages, e.g. "The planning model". */
  who?: string;
  /** Another model than LLM_MODEL, and the setting that names it. */
  model?: { setting: string; name: string | undefined };
  timeoutMs?: number;
}

type Online = Exclude<ModelProvider, 'offline'>;

const DEFAULT_MODELS: { readonly [provider in Online]: string } = {
  anthropic: 'claude-opus-5-5',
  openai: 'gpt-5.5',
  bedrock: 'amazon.nova-pro-v1:0',
};

const SETTINGS: { readonly [provider in Online]: Pick<Words, 'key' | 'address'> } = {
  anthropic: { key: 'ANTHROPIC_API_KEY', address: 'ANTHROPIC_BASE_URL' },
  openai: { key: 'OPENAI_API_KEY', address: 'OPENAI_BASE_URL' },
  bedrock: {
    key: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the role of this machine',
    address: 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME',
  },
};

const TIMEOUT_MS = 60_000;

/** The model that the settings name; undefined where nobody is to be asked. */
export function createModel(settings: ModelSettings, use: ModelUse = {}): ChatModel | undefined {
  const provider = providerOf(settings);
  if (provider === 'offline') return undefined;
  const named = use.model?.name ?? settings.LLM_MODEL;
  const model = named ?? DEFAULT_MODELS[provider];
  const words: Words = {
    who: use.who ?? 'The model',
    ...SETTINGS[provider],
    model: use.model?.setting ?? 'LLM_MODEL',
  };
  return late(provider, model, () =>
    open(provider, { settings, model, words, timeoutMs: use.timeoutMs ?? TIMEOUT_MS }),
  );
}

/** Clients are large: each is loaded with the first request to it, and processes that ask no model load none. */
function late(provider: Online, model: string, load: () => Promise<ChatModel>): ChatModel {
  let loading: Promise<ChatModel> | undefined;
  return {
    provider,
    model,
    ask: async (request: ModelRequest) => (await (loading ??= load())).ask(request),
  };
}

interface Opening {
  settings: ModelSettings;
  model: string;
  words: Words;
  timeoutMs: number;
}

async function open(provider: Online, { settings, ...common }: Opening): Promise<ChatModel> {
  switch (provider) {
    case 'anthropic': {
      const { createAnthropic } = await import('./anthropic.ts');
      const { ANTHROPIC_API_KEY: apiKey = '', ANTHROPIC_BASE_URL: baseURL } = settings;
      return createAnthropic({ ...common, apiKey, baseURL });
    }
    case 'openai': {
      const { createOpenAi } = await import('./openai.ts');
      return createOpenAi({ ...common, apiKey: settings.OPENAI_API_KEY, baseURL: settings.OPENAI_BASE_URL });
    }
    case 'bedrock': {
      const { createBedrock } = await import('./bedrock.ts');
      const { AWS_REGION: region = '', AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoint } = settings;
      return createBedrock({ ...common, region, endpoint, ...credentialsOf(settings) });
    }
  }
}

function credentialsOf(settings: ModelSettings): Pick<BedrockSettings, 'credentials'> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  const { AWS_SESSION_TOKEN: sessionToken } = settings;
  if (accessKeyId === undefined || secretAccessKey === undefined) return {};
  return {
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
  };
}
