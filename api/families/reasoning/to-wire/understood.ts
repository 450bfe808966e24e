import type { RunDetail } from '../../../../db/repositories/run-detail.ts';
import { isObject } from '../../../../domain/json.ts';
import type { Plan } from '../../../../domain/plan/plan.ts';
import type { Understanding, WordLimits } from '../../../../domain/plan/understanding/understanding.ts';
import { lowerCeilings } from '../../../../domain/plan/word-limits.ts';
import type { Workflow } from '../../../../schemas/families/reasoning.ts';
import { rawNumber } from '../../../http/json-source.ts';
import { money } from './money.ts';

/** What was made of the request's words: by its plan, or of a workflow that has none by whoever asked or refused. */
export function understandingOf(
  { view }: Pick<RunDetail, 'view'>,
  plan: Plan | undefined,
): Pick<Workflow, 'understanding'> {
  const understanding = plan === undefined ? earlier(view['understanding']) : plan.understanding;
  return understanding === undefined ? {} : { understanding };
}

const earlier = (value: unknown): Understanding | undefined =>
  isObject(value) ? (value as unknown as Understanding) : undefined;

/** What the workflow waits for somebody to say. */
export function awaitedInput({ status, view }: RunDetail): Pick<Workflow, 'awaitingInput'> {
  const { question, deadlines } = view;
  const understanding = earlier(view['understanding']);
  if (status !== 'awaiting_input' || typeof question !== 'string' || understanding === undefined) return {};
  const expiresAt = isObject(deadlines) ? String(deadlines['answer']) : '';
  return { awaitingInput: { id: question, questions: understanding.questions, expiresAt } };
}

/** The ceilings that count, and what of them the request's words set. Of a plan in another asset the fields alone are shown. */
export function ceilings(
  { settings, view }: Pick<RunDetail, 'settings' | 'view'>,
  plan: Pick<Plan, 'asset' | 'decimals'> | undefined,
  decimals: number,
): Pick<Workflow, 'maxCost' | 'maxTime' | 'limits'> {
  const { maxCost, maxTimeMs } = settings;
  const words = isObject(view['limits']) ? (view['limits'] as WordLimits) : undefined;
  const fields = {
    ...(typeof maxCost === 'string' ? { maxCost } : {}),
    maxTimeMs: typeof maxTimeMs === 'number' ? maxTimeMs : Infinity,
  };
  const bounded = plan === undefined ? undefined : lowerCeilings(fields, plan, words);
  const lower = bounded?.ok ? bounded.ceilings : fields;
  return {
    ...(lower.maxCost === undefined ? {} : { maxCost: money(lower.maxCost, decimals) }),
    ...(lower.maxTimeMs === Infinity ? {} : { maxTime: lower.maxTimeMs }),
    ...(words === undefined ? {} : { limits: toWireLimits(words) }),
  };
}

const toWireLimits = ({ maxCost, maxTimeMs, ...more }: WordLimits): NonNullable<Workflow['limits']> => ({
  ...(maxCost === undefined ? {} : { maxCost: rawNumber(maxCost.amount) }),
  ...(maxTimeMs === undefined ? {} : { maxTime: maxTimeMs }),
  ...more,
});
