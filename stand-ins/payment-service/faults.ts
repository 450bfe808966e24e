import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { sendRefusal } from './http.ts';

const times = z.int().min(1).default(1);

/**
 * What goes wrong with the next `times` calls. `timeout-before`: the connection breaks and nothing was done;
 * `timeout-after`: it was done, and the answer is lost; `slow`: done after `ms`, whether or not the caller is still there;
 * `garbage`: done, and the answer is the page of some proxy.
 */
export const Fault = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    /** The value of Retry-After: seconds, or a date. */
    retryAfter: z.union([z.string(), z.int()]).optional(),
    times,
  }),
  z.object({ kind: z.literal('timeout-before'), times }),
  z.object({ kind: z.literal('timeout-after'), times }),
  z.object({ kind: z.literal('slow'), ms: z.int().min(1), times }),
  z.object({ kind: z.literal('garbage'), times }),
]);
export type Fault = z.infer<typeof Fault>;
export type FaultInput = z.input<typeof Fault>;

export interface Faults {
  /** `path` below `/api/v1`, `*` for any characters, perhaps with its method: "POST /payment", "/payment*". */
  add(path: string, fault: FaultInput): void;
  clear(): void;
  readonly handle: RequestHandler;
}

export function createFaults(): Faults {
  let waiting: { matches: RegExp; fault: Fault; left: number }[] = [];
  const take = (call: string): Fault | undefined => {
    const found = waiting.find(({ matches }) => matches.test(call));
    if (!found) return undefined;
    found.left -= 1;
    waiting = waiting.filter(({ left }) => left > 0);
    return found.fault;
  };
  return {
    add(path, input) {
      const fault = Fault.parse(input);
      waiting.push({ matches: patternOf(path), fault, left: fault.times });
    },
    clear: () => void (waiting = []),
    handle(request, response, next) {
      const fault = take(`${request.method} ${request.path}`);
      if (!fault) return next();
      if (fault.kind === 'timeout-before') return void request.socket.destroy();
      if (fault.kind === 'status') return answerStatus(response, fault);
      if (fault.kind === 'slow') return void setTimeout(next, fault.ms).unref();
      loseAnswer(response, fault.kind);
      next();
    },
  };
}

function patternOf(path: string): RegExp {
  const text = /^[A-Z]+ /.test(path) ? path : `* ${path}`;
  const escaped = text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`);
}

function answerStatus(response: Response, { status, retryAfter }: Extract<Fault, { kind: 'status' }>): void {
  if (retryAfter !== undefined) response.set('retry-after', String(retryAfter));
  sendRefusal(response, status, 'The stand-in was told to refuse this call');
}

/** Every answer goes through `json`, so this is where an answer gets lost. */
function loseAnswer(response: Response, kind: 'timeout-after' | 'garbage'): void {
  response.json = () => {
    if (kind === 'garbage') return response.status(200).type('html').send('<h1>One moment please</h1>');
    response.socket?.destroy();
    return response;
  };
}
