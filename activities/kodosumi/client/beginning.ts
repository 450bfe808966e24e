import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import { isPlausible } from '../../../domain/masumi/same-launch.ts';
import type { FlowEvent } from '../../../domain/masumi/ports/kodosumi.ts';
import { parse } from './answers.ts';
import { readEvents } from './events.ts';
import type { Client } from './wire-client.ts';

/** What the first events of a run's stream tell of it; undefined where they do not. */
export interface Beginning {
  beganMs: number | undefined;
  inputs: unknown;
}

const LONGEST_MS = 3000; // events that are there are told at once

export interface Beginnings {
  /** Undefined: nobody has listened to this run yet, or it did not tell what was posted. */
  known(fid: string): Beginning | undefined;
  read(fid: string): Promise<Beginning>;
}

const MOST_KNOWN = 1000;

/** What a run has told of its beginning it tells for ever: it is listened to once, and each look comes further. */
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

/** A stream tells all events again from the first on: when the run began, and what was posted. */
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

/** `alive` is told of now, not of then. */
function beganMs({ event, atMs }: FlowEvent): number | undefined {
  const isOfRun = event !== 'alive' && atMs !== null && isPlausible(atMs, Date.now());
  return isOfRun ? atMs : undefined;
}
