import { UsageError } from '../command-line.ts';

/** What the command line asks for. */
export interface Wish {
  /** What is to be done, or the run to go on with. */
  what: { task: string } | { resume: string };
  maxCost: string | undefined;
  maxTimeMs: number | undefined;
  /** Somebody is there to answer. */
  ask: boolean;
  /** Approve without asking, up to `maxCost`. */
  yes: boolean;
  acceptPartial: boolean;
  json: boolean;
  /** Where pictures are written. */
  out: string | undefined;
}

interface Given {
  ask: boolean;
  'no-ask': boolean;
  yes: boolean;
  'accept-partial': boolean;
  json: boolean;
  'max-cost'?: string | undefined;
  'max-time'?: string | undefined;
  resume?: string | undefined;
  out?: string | undefined;
}

/** Whatever stands on the other side of standard input. */
export interface Input {
  isTerminal: boolean;
  readAll(): Promise<string>;
}

/** The command line as one wish; what does not fit together is told before anything is sent. */
export async function readWish(given: Given, task: string | undefined, input: Input): Promise<Wish> {
  const { resume, yes, json, out, ask, 'max-cost': maxCost } = given;
  if (maxCost !== undefined && !/^\d+(\.\d+)?$/.test(maxCost))
    throw new UsageError('--max-cost must be a plain decimal number, e.g. --max-cost 0.5');
  if (yes && maxCost === undefined)
    throw new UsageError('--yes approves without asking, so it needs --max-cost: the most that may be paid.');
  const readsTask = resume === undefined && (task === '-' || (task === undefined && !input.isTerminal));
  if (readsTask && ask)
    throw new UsageError(
      'Standard input is the task, so nobody can answer there. Give the task as an argument.',
    );
  const maxTimeMs =
    given['max-time'] === undefined ? undefined : readDuration(given['max-time'], '--max-time');
  return {
    what: resume === undefined ? { task: await readTask(readsTask, task, input) } : readResume(resume, task),
    maxCost,
    maxTimeMs,
    ask: ask || (input.isTerminal && !readsTask && !given['no-ask'] && !yes),
    yes,
    acceptPartial: given['accept-partial'],
    json,
    out,
  };
}

function readResume(resume: string, task: string | undefined): { resume: string } {
  if (task !== undefined) throw new UsageError('--resume goes on with a run: name no task with it.');
  return { resume };
}

async function readTask(fromInput: boolean, task: string | undefined, input: Input): Promise<string> {
  const text = (fromInput ? await input.readAll() : (task ?? '')).trim();
  const length = Array.from(text).length;
  if (length === 0) throw new UsageError('Which task? steward task "Get the price of SOL and chart it"');
  if (length < 10)
    throw new UsageError(`"${text}" is too short for a task: say it in at least 10 characters.`);
  if (length > 5000)
    throw new UsageError(`A task has at most 5000 characters, and this one has ${length}. Shorten it.`);
  return text;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "10m", "90s", "1.5h" in milliseconds. */
export function readDuration(text: string, option: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  const ms = Math.round(Number(count) * (UNITS[unit] ?? 0));
  if (count === undefined || ms < 1)
    throw new UsageError(`${option} must be a time such as 90s, 10m or 1h, not "${text}".`);
  return ms;
}
