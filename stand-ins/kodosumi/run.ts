import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FormElement } from '../../domain/masumi/ports/kodosumi.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { show, type FlowContext, type StandInFlow } from './flow.ts';

export interface RunEvent {
  id: number;
  /** Unix seconds. */
  at: number;
  kind: string;
  message: string;
}

export interface OpenLock {
  lid: string;
  name: string;
  elements: FormElement[];
  data: JsonObject | null;
  /** Gives the answer to the flow. Only the first answer counts. */
  lease(result: Json): void;
}

/** A run of a flow, in memory. */
export interface Run {
  fid: string;
  flow: StandInFlow;
  inputs: JsonObject;
  startedAtMs: number;
  events: RunEvent[];
  locks: Map<string, OpenLock>;
  /** Its folder `in`; more may arrive while it runs. */
  files: FlowContext['files'];
  /** Emits `event` after every new event. */
  changes: EventEmitter;
  /** The process of the run is gone without a word. Only an open stream finds that out. */
  dead: boolean;
  add(kind: string, message: string): void;
  /** Ends the run, whatever it is doing. */
  kill(): void;
}

const LOCK_EXPIRES_MS = 3 * 3600 * 1000;
export const nowSeconds = (): number => Date.now() / 1000;

export interface Launch {
  fid: string;
  flow: StandInFlow;
  inputs: JsonObject;
  files: FlowContext['files'];
}

export function startRun({ fid, flow, inputs, files }: Launch): Run {
  const events: RunEvent[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  const controller = new AbortController();
  const run: Run = {
    fid,
    flow,
    inputs,
    startedAtMs: Date.now(),
    events,
    locks: new Map(),
    files: [...files],
    changes,
    dead: false,
    add(kind, message) {
      events.push({ id: events.length + 1, at: nowSeconds(), kind, message });
      changes.emit('event');
    },
    kill: () => controller.abort(),
  };
  void perform(run, controller.signal);
  return run;
}

async function perform(run: Run, signal: AbortSignal): Promise<void> {
  const { flow, inputs } = run;
  const add = (kind: string, message: string): void => {
    if (!signal.aborted) run.add(kind, message);
  };
  add('status', 'starting');
  add('inputs', JSON.stringify(show(inputs)));
  add('meta', JSON.stringify(show(metaOf(run))));
  add('status', 'running');
  try {
    const final = await flow.run(contextOf(run, signal, add));
    add('final', JSON.stringify(final));
    add('status', 'finished');
  } catch (error) {
    add('error', tracebackOf(error));
    add('status', 'error');
  }
}

function contextOf(run: Run, signal: AbortSignal, add: (kind: string, message: string) => void): FlowContext {
  return {
    fid: run.fid,
    inputs: run.inputs,
    files: run.files,
    signal,
    say: (event, data) => add(event, typeof data === 'string' ? data : JSON.stringify(data)),
    lock: (name, elements, expiresMs = LOCK_EXPIRES_MS, data = null) =>
      waitForLease({ run, signal, add }, { name, elements, expiresMs, data }),
    sleep: async (ms) => {
      await sleep(ms, undefined, { signal });
    },
  };
}

interface Running {
  run: Run;
  signal: AbortSignal;
  add(kind: string, message: string): void;
}

type Wanted = Pick<OpenLock, 'name' | 'elements' | 'data'> & { expiresMs: number };

async function waitForLease({ run, signal, add }: Running, wanted: Wanted): Promise<Json> {
  const { name, elements, data, expiresMs } = wanted;
  const lid = randomUUID();
  const expires = nowSeconds() + expiresMs / 1000;
  const { promise, resolve, reject } = Promise.withResolvers<Json>();
  const timer = setTimeout(() => reject(timeoutError(`Lock ${lid} expired at${expires}`)), expiresMs);
  const stop = (): void => reject(new Error('killed'));
  signal.addEventListener('abort', stop);
  run.locks.set(lid, { lid, name, elements, data, lease: resolve });
  add('lock', JSON.stringify(show({ name, lid, data, expires })));
  try {
    const result = await promise;
    add('lease', JSON.stringify(show({ name, lid, result })));
    return result;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    run.locks.delete(lid);
  }
}

const timeoutError = (message: string): Error => Object.assign(new Error(message), { name: 'TimeoutError' });

function tracebackOf(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return `Traceback (most recent call last):\n  File "stand-in", line 1, in run\n    ...\n${name}: ${message}\n`;
}

/** What Kodosumi records about the flow when a run begins. */
export function metaOf({ fid, flow }: Run): JsonObject {
  return {
    fid,
    username: 'stand-in',
    app_url: appUrl(flow.url),
    panel_url: '',
    entry_point: 'stand_in.run',
    kodosumi: '1.1.0',
    tags: flow.tags ?? null,
    summary: flow.summary,
    description: flow.description ?? null,
    deprecated: null,
    author: flow.author ?? null,
    organization: flow.organization ?? null,
    version: flow.version ?? null,
  };
}

/** `/-/host/port/app/-/name` is served by `http://host:port/app`. */
function appUrl(url: string): string {
  const [, host = '', port = '', path = ''] = /^\/-\/([^/]+)\/([^/]+)(.*?)\/-\//.exec(url) ?? [];
  return `http://${host}:${port}${path}`;
}
