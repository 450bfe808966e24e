import type { WorkflowEvent } from '../../schemas/families/reasoning/stream.ts';
import type { Report } from './task.ts';

type Out = Pick<NodeJS.WritableStream, 'write'>;

/** For people: every line on standard output. */
export const textReport = (out: Out): Report => ({
  say: (line) => void out.write(`${line}\n`),
  event: (_event, line) => void (line === undefined || out.write(`${line}\n`)),
});

/** For programs: a line of JSON for each event. What people read goes beside it, to standard error. */
export const jsonReport = (out: Out, aside: Out): Report => ({
  say: (line) => void aside.write(`${line}\n`),
  event: (event: WorkflowEvent) => void out.write(`${JSON.stringify(event)}\n`),
});
