import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NextFunction, Request, Response } from 'express';
import { answerProblem } from './problems.ts';

/** What can be made to go wrong, in the way it does at Kodosumi. */
export interface Faults {
  delayMs: number;
  /** Streams are open and say nothing. */
  silent: boolean;
  hidden: Set<string>;
  /** This many launches run, but their answer gets lost. */
  lostLaunches: number;
  /** This many requests get this status, and nothing is done. */
  failing: { status: number; left: number } | undefined;
  /** This many streams break before their first event, as streams of runs that just began may do. */
  brokenStreams: number;
  streams: Set<Response>;
}

export const noFaults = (): Faults => ({
  delayMs: 0,
  silent: false,
  hidden: new Set(),
  lostLaunches: 0,
  failing: undefined,
  brokenStreams: 0,
  streams: new Set(),
});

/** First in the app: makes requests slow, or lets them fail before anything is done. */
export function disturb(faults: Faults) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    if (faults.delayMs > 0) await sleep(faults.delayMs);
    const { failing } = faults;
    if (failing === undefined || failing.left <= 0) return next();
    failing.left -= 1;
    answerProblem(request, response, failing.status, 'made to fail');
  };
}

/** True when a stream is to break at once. */
export function breaks(faults: Faults, response: Response): boolean {
  if (faults.brokenStreams <= 0) return false;
  faults.brokenStreams -= 1;
  cut(response.socket);
  return true;
}

/** True when the answer to a launch is to get lost, by breaking its connection. */
export function losesAnswer(faults: Faults, response: Response): boolean {
  if (faults.lostLaunches <= 0) return false;
  faults.lostLaunches -= 1;
  cut(response.socket);
  return true;
}

export function dropStreams({ streams }: Faults): void {
  for (const response of streams) cut(response.socket);
}

const cut = (socket: Socket | null): void => void socket?.destroy();
