import type { Understanding } from '../../schemas/core/understanding.ts';
import type { Workflow } from '../../schemas/families/reasoning.ts';
import { inWords, plain, time } from './words.ts';

type Part = Understanding['parts'][number];

const HEADS: Readonly<Record<Part['as'], string>> = {
  task: 'to do',
  value: 'value',
  limit: 'limit',
  excluded: 'not to be done',
  unavailable: 'CANNOT BE DONE',
  context: 'told, not asked for',
};

/** What became of the words of the request, one line each; nothing where the planner did not tell. */
export function understandingLines(understanding: Understanding | undefined): string[] {
  if (understanding === undefined) return [];
  const { parts, corrections, assumptions, ignored } = understanding;
  return [
    ...corrections.map(({ from, to }) => line('read as', `${quoted(from)} → ${quoted(to)}`)),
    ...gathered(parts).map((part) => line(HEADS[part.as], `${quoted(part.text)}${becameOf(part)}`)),
    ...assumptions.map(({ field, value, why, step }) =>
      line('assumed', `${field} = ${inWords(value)} in ${step}: ${plain(why)}`),
    ),
    ...(ignored.length === 0 ? [] : [line('ignored', ignored.map(({ text }) => quoted(text)).join(', '))]),
  ];
}

/** The pieces of one task stand in one line, with dots for the values between them. */
function gathered(parts: readonly Part[]): Part[] {
  const isMore = (part: Part, place: number): boolean =>
    part.as === 'task' && parts.findIndex((one) => one.as === 'task' && one.step === part.step) < place;
  return parts
    .filter((part, place) => !isMore(part, place))
    .map((part) => {
      if (part.as !== 'task') return part;
      const own = parts.filter((one) => one.as === 'task' && one.step === part.step);
      return { ...part, text: own.map(({ text }) => text).join(' … ') };
    });
}

const WIDTH = Math.max(...Object.values(HEADS).map((head) => head.length));

const line = (head: string, text: string): string => `  ${head.padEnd(WIDTH)}  ${text}`;
const quoted = (text: string): string => `"${plain(text).replace(/\s+/g, ' ')}"`;

function becameOf({ as, step, field, value }: Part): string {
  if (as === 'unavailable') return ' (no service does this)';
  const given =
    field === undefined ? undefined : `${field}${value === undefined ? '' : ` = ${inWords(value)}`}`;
  const became = [step, given].filter((part) => part !== undefined).join(': ');
  return became === '' ? '' : ` → ${plain(became)}`;
}

/** The limits that hold, from fields and words alike. */
export function limitLines(
  workflow: Pick<Workflow, 'maxCost' | 'maxTime' | 'limits'>,
  asset: string,
): string[] {
  const { maxCost, maxTime, limits = {} } = workflow;
  const said = [
    ...(maxCost === undefined ? [] : [`at most ${JSON.stringify(maxCost)} ${asset}`]),
    ...(maxTime === undefined ? [] : [`at most ${time(maxTime)}`]),
    ...(limits.verifiedOnly === true ? ['verified services only'] : []),
    ...(limits.notFrom ?? []).map((name) => `nothing from ${plain(name)}`),
  ];
  return said.length === 0 ? [] : [`Limits: ${said.join(', ')}.`];
}
