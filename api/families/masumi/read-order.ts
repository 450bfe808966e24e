import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { ApiError, invalidInput } from '../../problem.ts';
import { doubleOf } from '../../../domain/exact-json.ts';
import { isObject } from '../../../domain/json.ts';

/** A purchaser's order, parsed. */
export interface Order {
  /** Undefined where the purchaser sent none, which only free agents allow. */
  identifier: string | undefined;
  inputs: JsonObject;
  /** ADA as it was written; native API only. */
  amount?: string | undefined;
}

const LONGEST_IDENTIFIER = 250;

/** A body that must be an object (masumi.md section 5: malformed or non-object body). */
export function readObject(body: unknown): JsonObject {
  if (isObject(body)) return body;
  throw new ApiError('invalid_json', 'The body must be a JSON object.');
}

/** How clients spell what a flow is given, and who orders (masumi.md 1.2). */
export const INPUTS = ['input_data', 'inputData', 'input'] as const;
export const INPUT_ALIASES = { input_data: ['inputData', 'input'] } as const;
export const IDENTIFIER_ALIASES = { identifier_from_purchaser: ['identifierFromPurchaser'] } as const;

/** Body of `start_job`. */
export function readStartJob(body: unknown): Order {
  const object = readObject(body);
  const inputs = object['input_data'];
  return {
    identifier: readIdentifier(object),
    inputs: inputs === undefined ? {} : readInputs(inputs, 'input_data'),
  };
}

/** 1 to 250 characters, kept as they are: they are hashed and echoed. Undefined where none is sent. */
export function readIdentifier(body: JsonObject): string | undefined {
  const value = body['identifier_from_purchaser'];
  if (value === undefined) return undefined;
  const problem = identifierProblem(value);
  if (problem === undefined) return value as string;
  throw invalidIdentifier(problem);
}

export const invalidIdentifier = (message: string): ApiError =>
  new ApiError('invalid_identifier', message, {
    errors: [{ path: 'identifier_from_purchaser', message, code: 'invalid' }],
  });

function identifierProblem(value: Json): string | undefined {
  if (typeof value !== 'string') return 'identifier_from_purchaser must be a text.';
  if (value === '') return 'identifier_from_purchaser is empty: send a text that names this order.';
  if (Array.from(value).length > LONGEST_IDENTIFIER)
    return `identifier_from_purchaser is longer than ${LONGEST_IDENTIFIER} characters.`;
  return value.isWellFormed() ? undefined : 'identifier_from_purchaser is not valid Unicode text.';
}

/** Inputs that can be hashed. JSON text may hold numbers that no JSON value has, for example 1e400. */
export function readInputs(value: unknown, name: string): JsonObject {
  if (isObject(value)) {
    const endless = Object.entries(value).filter(([, part]) => !isFinitely(part));
    if (endless.length === 0) return value;
    const problem = 'This has a number that is too large: give a smaller one.';
    throw invalidInput(Object.fromEntries(endless.map(([id]) => [id, [problem]])));
  }
  throw invalidInput({
    [name]: [value === undefined ? `${name} is missing: send an object.` : `${name} must be an object.`],
  });
}

function isFinitely(value: Json): boolean {
  const number = doubleOf(value);
  if (number !== undefined) return Number.isFinite(number);
  return typeof value !== 'object' || value === null || Object.values(value).every(isFinitely);
}
