import { UNTOLD, type ModelAnswer, type ModelCall, type TokenUse } from './model.ts';
import { isObject } from '../../domain/json.ts';
import { TooLarge } from './fetch-bounded.ts';

/** How messages name the model and the settings that lead to it. */
export interface Words {
  /** At the head of a sentence, e.g. "The planning model". */
  who: string;
  key: string;
  address: string;
  model: string;
}

/** An error of a provider's client, whichever it is. */
export interface ClientFailure {
  /** What the server answered, where it answered. */
  status?: number | undefined;
  header?: (name: string) => string | null | undefined;
  error: unknown;
  /** The client says that no answer came, or none in time. */
  unreached: boolean;
}

/** What an error means: whether another try helps, and whether the model may have worked for it. */
export function readFailure(failure: ClientFailure, words: Words): ModelAnswer {
  const { status, error, unreached } = failure;
  if (status !== undefined && status >= 400) return readStatus(status, failure.header, words);
  if (unreached)
    return {
      kind: 'retry',
      message: `${words.who} could not be reached.`,
      ...(neverSent(error) ? {} : { use: UNTOLD }),
    };
  if (tooLarge(error))
    return { kind: 'failed', message: `${words.who} answered with more than 8 MiB.`, use: UNTOLD };
  if (isLost(error)) return { kind: 'retry', message: `${words.who} broke off in its answer.`, use: UNTOLD };
  return noAnswer(words);
}

/** No answer came in time. */
export const tookTooLong = (whose: 'call' | 'caller', { who }: Words): ModelAnswer => ({
  kind: 'retry',
  message: whose === 'caller' ? `${who} took too long.` : `${who} could not be reached.`,
  use: UNTOLD,
});

/** What answered speaks another language than the model's API. */
export const noAnswer = ({ who, address }: Words): ModelAnswer => ({
  kind: 'failed',
  message: `What answered in place of ${who.replace(/^T/, 't')} is none: check ${address} and what lies between.`,
  use: UNTOLD,
});

function readStatus(status: number, header: ClientFailure['header'], words: Words): ModelAnswer {
  const message = `${words.who} answered ${status}${advice(status, words)}.`;
  const isPassing = status === 408 || status === 409 || status === 429 || status >= 500;
  if (!isPassing) return { kind: 'failed', message };
  const retryAfterMs = retryAfter(header);
  return {
    kind: 'retry',
    message,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(GAVE_UP_WAITING.has(status) && { use: UNTOLD }),
  };
}

/** What stands before a model answers so when the model takes too long, or is lost at its work. */
const GAVE_UP_WAITING = new Set([408, 502, 504]);

function advice(status: number, { key, model }: Words): string {
  const told: { readonly [status: number]: string | undefined } = {
    401: `: check ${key}`,
    403: ': the key may not use this model',
    404: `: check ${model}`,
    429: ': its rate limit is reached',
    529: ': it is overloaded',
  };
  return told[status] ?? '';
}

const LONGEST_WAIT = 60_000; // ms

function retryAfter(header: ClientFailure['header']): number | undefined {
  const ms = Number(header?.('retry-after-ms') ?? Number.NaN);
  const seconds = Number(header?.('retry-after') ?? Number.NaN);
  const wait = Number.isFinite(ms) ? ms : seconds * 1000;
  return Number.isFinite(wait) && wait >= 0 ? Math.min(wait, LONGEST_WAIT) : undefined;
}

/** An error and what caused it, as far as that is told. */
function* chainOf(error: unknown): Generator<Error> {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) yield at;
}

const tooLarge = (error: unknown): boolean => [...chainOf(error)].some((one) => one instanceof TooLarge);

/** A body that ends too early comes as an error with a cause or with a code; one that is no JSON has neither. */
const isLost = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof SyntaxError) && (error.cause !== undefined || 'code' in error);

/** Nothing was listening, or nobody knows the name: no model has seen the request. */
const neverSent = (error: unknown): boolean =>
  [...chainOf(error)].some(
    (one) => 'code' in one && /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(String(one.code)),
  );

/** A tool call of a model's; what is no object becomes a problem that it can correct. */
export function toCall(id: string, name: string, input: unknown): ModelCall {
  if (isObject(input)) return { id, name, input };
  return {
    id,
    name,
    input: {},
    problem: 'The arguments are not a JSON object: send one that fits the schema of the tool.',
  };
}

/** Tokens as a server told them; `UNTOLD` where it told none. */
export function useOf(input: readonly unknown[], output: unknown): TokenUse {
  const all = [...input.map((part) => part ?? 0), output];
  if (!all.every(isCount)) return UNTOLD;
  const use: TokenUse = { input: all.slice(0, -1).reduce((sum, part) => sum + part, 0), output: all.at(-1)! };
  return use.input + use.output === 0 ? UNTOLD : use;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
