import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { isObject } from '../json.ts';
import { BATCH_COMPUTE, LOG_ARCHIVE, type ToolConfig } from './config.ts';

export const IMAGE_GEN = 'IMAGE_GEN_PREMIUM';
export const PRICE_ORACLE = 'PRICE_ORACLE';
export const LONGEST_TEXT = 8000;

const oneText = (name: string, description: string): ToolConfig['inputSchema'] => ({
  type: 'object',
  properties: { [name]: { type: 'string', minLength: 1, maxLength: LONGEST_TEXT, description } },
  required: [name],
  additionalProperties: false,
});

/** The tools of the four original services, declared as a file declares others (omni.md, section 5). */
export const ORIGINAL_TOOLS: Readonly<Record<string, ToolConfig>> = {
  [IMAGE_GEN]: {
    name: 'generate_image_tool',
    description: 'Generates an image from a prompt.',
    method: 'POST',
    path: '/image/generate',
    inputSchema: oneText('prompt', 'What the image shows.'),
  },
  [PRICE_ORACLE]: {
    name: 'get_price_tool',
    description: 'Tells the price of a coin.',
    method: 'GET',
    path: '/price',
    inputSchema: oneText('symbol', 'ETH, BTC or MNEE.'),
  },
  [BATCH_COMPUTE]: {
    name: 'submit_batch_job_tool',
    description: 'Submits a batch job, which finishes later.',
    method: 'POST',
    path: '/batch/submit',
    inputSchema: oneText('payload', 'What the job works on.'),
  },
  [LOG_ARCHIVE]: {
    name: 'archive_log_tool',
    description: 'Archives a log entry.',
    method: 'POST',
    path: '/logs/archive',
    inputSchema: oneText('content', 'What is kept.'),
  },
};

/** What a provider is asked, before the members that prove the payment. */
export interface ProviderRequest {
  method: 'GET' | 'POST';
  path: string;
  /** The body of a POST, the query of a GET. */
  values: JsonObject;
}

/** Providers of the originals have their own words for what tools are told. */
const WORDS: Readonly<Record<string, (input: JsonObject, agentId: string) => JsonObject>> = {
  get_price_tool: ({ symbol }) => ({ base: String(symbol).toUpperCase(), quote: 'MNEE' }),
  submit_batch_job_tool: ({ payload }) => ({ data: payload ?? null }),
  archive_log_tool: ({ content }, agentId) => ({
    content: content ?? null,
    agent_id: agentId,
    level: 'INFO',
  }),
};

export function requestOf(tool: ToolConfig, input: JsonObject, agentId: string): ProviderRequest {
  const { method, path, name } = tool;
  return { method, path, values: WORDS[name]?.(input, agentId) ?? input };
}

/** Why an input does not fit the tool's schema, in words that a model can act on; undefined when it fits. */
export function checkToolInput({ inputSchema }: ToolConfig, input: JsonObject): string | undefined {
  return checkObject(inputSchema, input, 'input')[0];
}

type Schema = { readonly [key: string]: unknown };

function check(schema: Schema, value: Json, at: string): string[] {
  const { type, enum: allowed } = schema;
  if (Array.isArray(allowed) && !allowed.includes(value))
    return [`${at} must be one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}`];
  if (type === 'object') return checkObject(schema, value, at);
  if (type === 'array') return checkList(schema, value, at);
  if (type === 'string') return checkText(schema, value, at);
  if (type === 'number' || type === 'integer') return checkNumber(schema, value, at);
  if (type === 'boolean' && typeof value !== 'boolean') return [`${at} must be true or false`];
  return [];
}

function checkObject(schema: Schema, value: Json, at: string): string[] {
  if (!isObject(value)) return [`${at} must be an object`];
  const {
    properties = {},
    required = [],
    additionalProperties,
  } = schema as {
    properties?: Record<string, Schema>;
    required?: string[];
    additionalProperties?: unknown;
  };
  const missing = required.filter((name) => value[name] === undefined).map((name) => `${name} is missing`);
  const unknown =
    additionalProperties === false
      ? Object.keys(value)
          .filter((name) => properties[name] === undefined)
          .map((name) => `${name} is not known; there are ${Object.keys(properties).join(', ')}`)
      : [];
  const wrong = Object.entries(properties).flatMap(([name, inner]) =>
    value[name] === undefined ? [] : check(inner, value[name], name),
  );
  return [...missing, ...unknown, ...wrong];
}

function checkList({ items }: Schema, value: Json, at: string): string[] {
  if (!Array.isArray(value)) return [`${at} must be a list`];
  if (!isObject(items)) return [];
  return value.flatMap((each, index) => check(items, each, `${at}[${index}]`));
}

function checkText({ minLength = 0, maxLength = LONGEST_TEXT }: Schema, value: Json, at: string): string[] {
  if (typeof value !== 'string') return [`${at} must be a text`];
  const least = Number(minLength);
  if (value.length > Number(maxLength)) return [`${at} may have at most ${Number(maxLength)} characters`];
  return value.length < least || (least > 0 && value.trim() === '') ? [`${at} must not be empty`] : [];
}

function checkNumber({ type, minimum, maximum }: Schema, value: Json, at: string): string[] {
  if (typeof value !== 'number') return [`${at} must be a number`];
  if (type === 'integer' && !Number.isInteger(value)) return [`${at} must be a whole number`];
  if (typeof minimum === 'number' && value < minimum) return [`${at} must be at least ${minimum}`];
  return typeof maximum === 'number' && value > maximum ? [`${at} must be at most ${maximum}`] : [];
}
