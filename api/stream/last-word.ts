import type { Ctx } from '../context.ts';
import type { Services } from '../http/pipeline.ts';
import { renderProblem, type Rendered } from '../http/render.ts';
import type { Where } from '../problem.ts';

const PATIENCE_MS = 1000; // then a client that has not read the reason is cut off

/** The connection of a stream: how to say why it ends, and how to cut it. */
export interface StreamEnd {
  sayGoodbye(problem: Rendered): void;
  cut(): void;
}

/** Ends a stream once its key may not read it any more. The reason is the last thing that is sent. */
export function endWithKey(
  { keys }: Pick<Services, 'keys'>,
  { principal, log, signal }: Pick<Ctx, 'principal' | 'log' | 'signal'>,
  where: Where,
  stream: StreamEnd,
): void {
  if (signal.aborted) return;
  const leave = keys.watch(principal, (reason) => {
    stream.sayGoodbye(renderProblem(reason, where, log));
    setTimeout(() => stream.cut(), PATIENCE_MS).unref();
  });
  signal.addEventListener('abort', leave, { once: true });
}
