import type { Kodosumi } from '../../../domain/masumi/ports/kodosumi.ts';
import { KodosumiFlowPage } from '../../../schemas/families/masumi/kodosumi.ts';
import { createClient } from './wire-client.ts';
import { createBeginnings } from './beginning.ts';
import { readEvents, readFailure } from './events.ts';
import { deliverFiles, uploadFiles } from './files.ts';
import { findLaunched } from './find-launched.ts';
import { listFlows, readSchema } from './flows.ts';
import { createWire } from './http.ts';
import { launchFlow } from './launch.ts';
import { answerLock, readLock } from './locks.ts';
import { createSession } from './session.ts';
import { killRun, readStatus } from './status.ts';

export interface KodosumiOptions {
  url: string;
  username: string;
  password: string;
  /** Limit of every request except streams. Kodosumi gives a flow 60 s to answer a launch, and 30 s for the rest. */
  timeoutMs?: number;
  /** A stream that says nothing for this long is given up. Kodosumi says something every 3 s. */
  silenceMs?: number;
  /** For this long Kodosumi may not know a run that was launched. */
  appearMs?: number;
}

/** A result of 64 MiB is text within text of JSON, whose marks and line ends take up to twice as much room. */
const LARGEST_STATUS = 160 * 1024 * 1024;
const LARGE_STATUS_MS = 180_000; // such a status is long on its way

/** How long Kodosumi may take to answer a launch; ms. */
export const LAUNCH_MS = 65_000;

export function createKodosumi(options: KodosumiOptions): Kodosumi {
  const { url, username, password, timeoutMs = 35_000, silenceMs = 30_000, appearMs = 20_000 } = options;
  const launchTimeoutMs = options.timeoutMs ?? LAUNCH_MS;
  const wire = createWire(url.replace(/\/+$/, ''), timeoutMs);
  const client = createClient(wire, createSession(wire, { username, password }));
  const beginnings = createBeginnings(client);
  return {
    flows: (signal) => listFlows(client, signal),
    schema: (flowUrl) => readSchema(client, flowUrl),
    launch: (flowUrl, inputs, signal) => launchFlow(client, flowUrl, inputs, launchTimeoutMs, signal),
    findLaunched: (lost) => findLaunched(client, beginnings, lost),
    status: (fid, mostBytes) =>
      mostBytes === undefined
        ? readStatus(client, fid, {
            mostBytes: LARGEST_STATUS,
            timeoutMs: Math.max(timeoutMs, LARGE_STATUS_MS),
          })
        : readStatus(client, fid, { mostBytes }),
    failure: (fid) => readFailure(client, fid, silenceMs),
    lock: (fid, lid) => readLock(client, fid, lid),
    answerLock: (fid, lid, inputs) => answerLock(client, fid, lid, inputs),
    kill: (fid) => killRun(client, fid, appearMs),
    upload: (files, taken) => uploadFiles(client, files, taken),
    deliver: (fid, upload) => deliverFiles(client, fid, upload),
    events: (fid, signal) => readEvents(client, fid, signal, silenceMs),
    isHealthy: () =>
      client.mustJson({ method: 'GET', path: '/flow?pp=1' }, KodosumiFlowPage).then(
        () => true,
        () => false,
      ),
  };
}
