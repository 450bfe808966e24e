import type { JsonObject } from '../../schemas/core/json.ts';
import { BATCH_COMPUTE, LOG_ARCHIVE } from './config.ts';
import { IMAGE_GEN, PRICE_ORACLE } from './tools.ts';

/** A call that a message asks for: the service whose tool is meant, and what the tool is told. */
export interface OfflineCall {
  serviceId: string;
  input: JsonObject;
}

interface Words {
  serviceId: string;
  pattern: RegExp;
  input(message: string): JsonObject;
}

const SYMBOL = /\b(ETH|BTC|MNEE)\b/i;

/** Whole words, in this order, each at most once (omni.md, section 5). */
const TABLE: readonly Words[] = [
  {
    serviceId: IMAGE_GEN,
    pattern: /\b(image|picture|avatar|logo|artwork)\b/i,
    input: (message) => ({ prompt: message }),
  },
  {
    serviceId: PRICE_ORACLE,
    pattern: /\b(price|pricing|market|rate)\b/i,
    input: (message) => ({ symbol: SYMBOL.exec(message)?.[1]?.toUpperCase() ?? 'ETH' }),
  },
  {
    serviceId: BATCH_COMPUTE,
    pattern: /\b(batch|compute|inference|job)\b/i,
    input: (message) => ({ payload: message }),
  },
  {
    serviceId: LOG_ARCHIVE,
    pattern: /\b(log|archive|save|record)\b/i,
    input: (message) => ({ content: message }),
  },
];

/** What a message asks for, as far as single words tell it. */
export const planOffline = (message: string): OfflineCall[] =>
  TABLE.filter(({ pattern }) => pattern.test(message)).map(({ serviceId, input }) => ({
    serviceId,
    input: input(message),
  }));

/** The answer where no word names a tool. */
export const understood = (message: string): string => `I understand: ${message}`;
