import type { JsonObject } from '../../schemas/core/json.ts';
import { listen, type Listening } from '../facilitator/listen.ts';
import { createStandInApp } from './app.ts';
import { dropStreams, noFaults, type Faults } from './faults.ts';
import type { StandInFlow } from './flow.ts';
import { createRuns, type Runs } from './runs.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { createUploads } from './uploads.ts';

export interface StandInOptions {
  /** 0 takes any free port. */
  port: number;
  username?: string;
  password?: string;
  flows: readonly StandInFlow[];
  /** How long a launched run stays invisible. At Kodosumi that is up to some seconds. */
  appearAfterMs?: number;
  /** How long a status waits for a run before it is a 404. */
  notFoundAfterMs?: number;
  aliveMs?: number;
  eofAfterMs?: number;
  log?(line: string): void;
}

/** What tests can do to it. */
export interface StandInControl {
  /** Everybody who is signed in has to sign in again. */
  expireSessions(): void;
  /** How often somebody signed in. */
  logins(): number;
  /** Cuts all open streams. */
  dropStreams(): void;
  /** The next streams break before their first event. */
  breakStreams(count: number): void;
  /** Streams stay open and say nothing, not even `alive`. */
  silenceStreams(silent: boolean): void;
  /** The next launches run, and their connections break before the answer. */
  loseLaunchAnswers(count: number): void;
  /** The run's process is gone. The run stays `running` until somebody opens a stream of it. */
  killActor(fid: string): void;
  /** Connections are refused and runs go on, until `endOutage`. */
  startOutage(): Promise<void>;
  endOutage(): Promise<void>;
  /** Every answer takes this much longer. */
  slow(ms: number): void;
  /** The next requests get this status and nothing is done. */
  failNext(status: number, count?: number): void;
  hideFlow(url: string): void;
  showFlow(url: string): void;
  /** Every run that was launched and not killed, newest first, also those that clients cannot see yet. */
  runs(): { fid: string; url: string; inputs: JsonObject }[];
}

export interface StandIn {
  url: string;
  port: number;
  control: StandInControl;
  close(): Promise<void>;
}

/** A stand-in of Kodosumi: the API of 1.1.0, flows in TypeScript, everything in memory and gone when it closes. */
export async function startKodosumiStandIn(options: StandInOptions): Promise<StandIn> {
  const { username = 'admin', password = 'admin', flows, log = () => undefined } = options;
  const runs = createRuns(options.appearAfterMs ?? 300);
  const sessions = createSessions(username, password);
  const faults = noFaults();
  const { notFoundAfterMs = 1000, aliveMs = 3000, eofAfterMs = 10_000 } = options;
  const times = { notFoundAfterMs, aliveMs, eofAfterMs };
  const app = createStandInApp({ flows, runs, uploads: createUploads(), sessions, faults, times, log });
  let listening: Listening = await listen(app, options.port);
  const { url, port } = listening;
  log(`a stand-in for Kodosumi, not Kodosumi itself, listens on ${url} with ${flows.length} flows`);
  const outage = {
    startOutage: () => listening.stop(),
    async endOutage() {
      listening = await listen(app, port);
    },
  };
  return {
    url,
    port,
    control: { ...createControl(runs, sessions, faults), ...outage },
    async close() {
      runs.killAll();
      await listening.stop();
    },
  };
}

type Outage = Pick<StandInControl, 'startOutage' | 'endOutage'>;

function createControl(runs: Runs, sessions: Sessions, faults: Faults): Omit<StandInControl, keyof Outage> {
  return {
    expireSessions: sessions.expireAll,
    logins: sessions.count,
    dropStreams: () => dropStreams(faults),
    breakStreams: (count) => void (faults.brokenStreams = count),
    silenceStreams: (silent) => void (faults.silent = silent),
    loseLaunchAnswers: (count) => void (faults.lostLaunches = count),
    killActor(fid) {
      const run = runs.any(fid);
      if (!run) return;
      run.dead = true;
      run.kill();
    },
    slow: (ms) => void (faults.delayMs = ms),
    failNext: (status, count = 1) => void (faults.failing = { status, left: count }),
    hideFlow: (url) => void faults.hidden.add(url),
    showFlow: (url) => void faults.hidden.delete(url),
    runs: () => runs.launched().map(({ fid, flow, inputs }) => ({ fid, url: flow.url, inputs })),
  };
}
