import type { JsonObject } from '../../schemas/core/json.ts';
import { metaOf, type Run } from './run.ts';

export const isFinal = (status: string | undefined): boolean => status === 'finished' || status === 'error';

/** The status as the run's events tell it. Kodosumi reads the same from its table. */
export function lastStatus(run: Run): string | undefined {
  return run.events.findLast(({ kind }) => kind === 'status')?.message;
}

/** Answer to `GET /outputs/status/{fid}`. */
export function statusOf(run: Run): JsonObject {
  const status = lastStatus(run);
  const locks = openLocks(run);
  const { kodosumi: _version, panel_url: _panel, ...meta } = metaOf(run);
  return {
    ...meta,
    status: !isFinal(status) && locks.length > 0 ? 'awaiting' : (status ?? null),
    timestamp: run.events.at(-1)?.at ?? null,
    final: finalOf(run, status),
    kodosumi_version: null, // Kodosumi reads it under another name than it writes it
    locks,
  };
}

/** A failed run has a text only if its flow failed with Kodosumi's own error. */
function finalOf(run: Run, status: string | undefined): string | null {
  const final = run.events.findLast(({ kind }) => kind === 'final');
  if (final || status !== 'error') return final?.message ?? null;
  const traceback = run.events.findLast(({ kind }) => kind === 'error')?.message ?? '';
  const lines = traceback.split('\n').filter((line) => line.startsWith('kodosumi.error'));
  const body = lines.map((line) => line.slice(line.indexOf(':') + 1).trim()).join('\n');
  return body === '' ? null : JSON.stringify({ Text: { body } });
}

/** An item of `GET /timeline/list`. Its times have no zone, as at Kodosumi. */
export function timelineItem(run: Run): JsonObject {
  const [first, last] = [run.events[0]?.at ?? 0, run.events.at(-1)?.at ?? 0];
  return {
    fid: run.fid,
    tags: run.flow.tags ?? null,
    summary: run.flow.summary,
    inputs: { dict: run.inputs },
    status: lastStatus(run) ?? null,
    startup: localTime(first),
    finish: localTime(last),
    runtime: last - first,
    locks: openLocks(run),
  };
}

/** Computed from events. A lock that nobody answered stays, even when its run is gone. */
function openLocks(run: Run): string[] {
  const idsOf = (wanted: string): string[] =>
    run.events.filter(({ kind }) => kind === wanted).map(({ message }) => lidOf(message));
  const leased = new Set(idsOf('lease'));
  return idsOf('lock').filter((lid) => !leased.has(lid));
}

const lidOf = (message: string): string => (JSON.parse(message) as { dict: { lid: string } }).dict.lid;

const localTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('Z', '');
