import { families } from '../families/index.ts';
import { vocabularyOf } from '../families/vocabulary.ts';
import { UsageError } from './command-line.ts';

/** A version that is to get new runs. */
export interface VersionWish {
  /** Undefined: the configured version. */
  buildId: string | undefined;
  /** What must have workers of it first. */
  queues: string[];
  waitMs: number;
  /** Only if it never got new runs before. */
  once: boolean;
}

/** What an operator wants of `npm run promote`. */
export type Wish =
  | { kind: 'status' }
  | { kind: 'unversioned' }
  | { kind: 'end-ramp' }
  | (VersionWish & { kind: 'current' })
  | (VersionWish & { kind: 'ramp'; percent: number });

export interface Values {
  'build-id'?: string | undefined;
  ramp?: string | undefined;
  queues?: string | undefined;
  wait?: string | undefined;
  unversioned?: boolean | undefined;
  status?: boolean | undefined;
  once?: boolean | undefined;
}

const KINDS = vocabularyOf(families).queues;

/** Throws when options contradict each other or ask for nothing that can be done. */
export function wishOf(values: Values): Wish {
  const waitMs = 1000 * number('--wait', values.wait ?? '60', 86_400);
  const named = values['build-id'] !== undefined || values.ramp !== undefined;
  if (values.status && values.unversioned)
    throw new UsageError('Either --status or --unversioned, not both.');
  if ((values.status || values.unversioned) && named)
    throw new UsageError(
      `${values.status ? '--status' : '--unversioned'} goes with neither --build-id nor --ramp.`,
    );
  if (values.status) return { kind: 'status' };
  if (values.unversioned) return { kind: 'unversioned' };
  const once = values.once ?? false;
  const version = { waitMs, once, buildId: values['build-id'], queues: kindsOf(values.queues) };
  if (values.ramp === undefined) return { kind: 'current', ...version };
  const percent = number('--ramp', values.ramp, 100);
  if (percent === 0 && values['build-id'] !== undefined)
    throw new UsageError('--ramp 0 ends whatever ramp there is: it goes without --build-id.');
  return percent === 0 ? { kind: 'end-ramp' } : { kind: 'ramp', percent, ...version };
}

function number(option: string, text: string, max: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= max))
    throw new UsageError(`${option} takes a number from 0 to ${max}, not "${text}".`);
  return value;
}

function kindsOf(list: string | undefined): string[] {
  if (list === undefined) return [...KINDS];
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !KINDS.some((kind) => kind === name));
  if (unknown !== undefined)
    throw new UsageError(`--queues takes ${KINDS.join(', ')}; "${unknown}" is none of them.`);
  return KINDS.filter((kind) => names.includes(kind));
}
