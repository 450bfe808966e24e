import type { JsonObject } from '../schemas/core/json.ts';
import { isExactNumber } from './exact-json.ts';

/**
 * True for what JSON writes in braces: neither null nor a list, nor a number with digits of its own. Values that were parsed
 * from JSON are expected.
 */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
