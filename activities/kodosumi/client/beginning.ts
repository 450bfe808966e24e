import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import { isPlausible } from '../../../domain/masumi/same-launch.ts';
import type { FlowEvent } from '../../../domain/masumi/ports/kodosumi.ts';
import { parse } from './answers.ts';
import { readEvents } from './events.ts';
import type { Client } from './wire-client.ts';

/** What the first events of a run's stream say about the run; undefined where they do not say it. */
export interface Beginning {
  beganMs: number | undefined;
  inputs: unknown;
}

const LONGEST_MS = 3000; // events that exist are sent at once

export interface Beginnings {
  /** Undefined: nobody has listened to this run yet, or its stream did not say what was posted. */
  known(fid: string): Beginning | undefined;
  read(fid: string): Promise<Beginning>;
}

const MOST_KNOWN = 1000;

/** A run's beginning never changes, so each run is listened to once, and each look gets further. */
export function createBeginnings(client: Client): Beginnings {
  const known = new Map<string, Beginning>();
  return {
    known: (fid) => known.get(fid),
    async read(fid) {
      const beginning = await readBeginning(client, fid);
      if (beginning.beganMs !== undefined && beginning.inputs !== undefined) known.set(fid, beginning);
      const [oldest] = known.keys();
      if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
      return beginning;
    },
  };
}

/** A stream repeats all events from the first one: when the run began, and what was posted. */
async function readBeginning(client: Client, fid: string): Promise<Beginning> {
  const beginning: Beginning = { beganMs: undefined, inputs: undefined };
  try {
    for await (const event of readEvents(client, fid, AbortSignal.timeout(LONGEST_MS), LONGEST_MS)) {
      beginning.beganMs ??= beganMs(event);
      if (event.event !== 'inputs') continue;
      beginning.inputs = parse(event.data);
      break;
    }
  } catch (error) {
    if (!(error instanceof KodosumiError)) throw error;
  }
  return beginning;
}

/** `alive` events describe now, not the beginning. */
function beganMs({ event, atMs }: FlowEvent): number | undefined {
  const isOfRun = event !== 'alive' && atMs !== null && isPlausible(atMs, Date.now());
  return isOfRun ? atMs : undefined;
}
