import { setTimeout as sleep } from 'node:timers/promises';
import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import type { FlowEvent } from '../../../domain/masumi/ports/kodosumi.ts';
import { lastLine, readFlowEvent } from './flow-event.ts';
import { createFrameReader } from './frames.ts';
import type { Client } from './wire-client.ts';
import { asKodosumiError, type Ask } from './http.ts';

const LARGEST_EVENT = 16 * 1024 * 1024; // characters

/**
 * `main` leaves out what the flow printed. Without `raw` it is HTML. `extended` waits for a run that does not exist
 * yet.
 */
const eventsPath = (fid: string): string => `/outputs/main/${encodeURIComponent(fid)}?raw=true&extended=true`;

const TRIES = 5;
const TRY_AGAIN_MS = 400;

/**
 * All events of a run, `alive` included: they tell the reader that the run goes on. Kodosumi is still making the table
 * of a run that has just begun, so its stream may break before the first event; then it is opened again.
 */
export async function* readEvents(
  client: Client,
  fid: string,
  given: AbortSignal,
  silenceMs: number,
): AsyncGenerator<FlowEvent> {
  for (let attempt = 1; ; attempt++) {
    let told = false;
    try {
      for await (const event of readOnce(client, fid, given, silenceMs)) {
        told = true;
        yield event;
      }
      return;
    } catch (error) {
      if (told || attempt === TRIES || !isBroken(error)) throw error;
    }
    await sleep(TRY_AGAIN_MS, undefined, { signal: given }).catch(() => undefined);
    if (given.aborted) return;
  }
}

const isBroken = (error: unknown): boolean =>
  error instanceof KodosumiError && error.passing && !(error instanceof SilenceError);

class SilenceError extends KodosumiError {}

async function* readOnce(
  client: Client,
  fid: string,
  given: AbortSignal,
  silenceMs: number,
): AsyncGenerator<FlowEvent> {
  const silence = createSilence(silenceMs);
  const ask = {
    method: 'GET',
    path: eventsPath(fid),
    signal: AbortSignal.any([given, silence.signal]),
  } as const;
  try {
    const body = await client.stream(ask);
    for await (const event of eventsIn(body, silence)) {
      yield event;
      if (event.event === 'eof') return;
    }
  } catch (error) {
    if (given.aborted) return;
    throw streamError(error, ask, silence);
  } finally {
    silence.pause();
  }
  throw new KodosumiError(`Kodosumi ended the stream of ${fid} too early.`);
}

async function* eventsIn(body: AsyncIterable<Uint8Array>, silence: Silence): AsyncGenerator<FlowEvent> {
  const decoder = new TextDecoder();
  const parser = createFrameReader(LARGEST_EVENT);
  const seen = new Set<string>();
  for await (const bytes of body) {
    silence.pause(); // the time that the reader takes is not Kodosumi's silence
    for (const frame of parser.push(decoder.decode(bytes, { stream: true }))) {
      const event = readFlowEvent(frame);
      // Kodosumi may send an event twice or out of order. Events that it does not keep all have the id 0.
      if (isKept(event.id) && seen.has(event.id)) continue;
      seen.add(event.id);
      yield event;
    }
    silence.listen();
  }
}

const isKept = (id: string): boolean => id !== '0' && id !== '';

interface Silence {
  signal: AbortSignal;
  pause(): void;
  /** Starts the count again. */
  listen(): void;
}

function createSilence(silenceMs: number): Silence {
  const controller = new AbortController();
  const start = (): NodeJS.Timeout => setTimeout(() => controller.abort(), silenceMs);
  let timer = start();
  const pause = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    pause,
    listen: () => {
      timer = start();
    },
  };
}

function streamError(error: unknown, ask: Ask, silence: Silence): unknown {
  if (error instanceof KodosumiError) return error;
  if (silence.signal.aborted) return new SilenceError('Kodosumi fell silent while a run was watched.');
  return asKodosumiError(error, { ...ask, signal: undefined });
}

/** The last error of a failed run. The stream repeats it, because it starts from the beginning. */
export async function readFailure(client: Client, fid: string, silenceMs: number): Promise<string> {
  const controller = new AbortController();
  let traceback = '';
  for await (const { event, data } of readEvents(client, fid, controller.signal, silenceMs)) {
    if (event === 'error') traceback = data;
    if (event === 'status' && data === 'error') break;
  }
  return lastLine(traceback) ?? 'The flow failed without a reason.';
}
