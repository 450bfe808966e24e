import {
  compareInputs,
  isFlowOf,
  isStartup,
  launchTimes,
  type InputsVerdict,
} from '../../../domain/masumi/same-launch.ts';
import { KodosumiTooLargeError } from '../../../domain/masumi/outside-errors.ts';
import type { KodosumiFlow, LostLaunch } from '../../../domain/masumi/ports/kodosumi.ts';
import { KodosumiTimeline, type KodosumiTimelineItem } from '../../../schemas/families/masumi/kodosumi.ts';
import type { Beginnings } from './beginning.ts';
import type { Client } from './wire-client.ts';
import { listFlows, offsetQuery } from './flows.ts';
import { statusOf } from './status.ts';

const PAGE = 50;
const MOST_RUNS = 2000;
const MOST_STREAMS = 20; // of one look; each may take seconds
/** How far Kodosumi's clock may be behind ours. */
const CLOCK_SLACK_MS = 120_000;

interface Run extends KodosumiTimelineItem {
  /** The time in the run's id. */
  launchedMs: number | undefined;
}

interface Candidate {
  fid: string;
  verdict: InputsVerdict;
}

/**
 * Finds the run whose launch was not answered. Kodosumi lists a run only seconds after it began, so a run that is not
 * found now may be found later. Equal inputs decide. Where a flow's runs do not record the fields of its form, a run is
 * taken only when it is the flow's only one that nobody else has.
 */
export async function findLaunched(
  client: Client,
  beginnings: Beginnings,
  lost: LostLaunch,
): Promise<string | undefined> {
  const sinceMs = lost.sinceMs - CLOCK_SLACK_MS;
  const runs = await runsSince(client, sinceMs);
  const couldBe = runs.length > 0 ? bySummary(await listFlows(client), lost.url) : () => false;
  const listener = createListener(beginnings, lost, sinceMs);
  const open: Candidate[] = [];
  for (const run of runs) {
    const { fid, inputs, summary } = run;
    const byRow = compareInputs(lost.inputs, inputs, lost.files);
    if (byRow === 'other' || !couldBe(summary, listener.isNeeded(run) ? 'same' : byRow)) continue;
    if (await lost.taken(fid)) continue;
    const verdict = await listener.judge(run, byRow);
    if (verdict === 'other' || !couldBe(summary, verdict)) continue;
    if (await isOf(client, fid, lost.url)) open.push({ fid, verdict });
  }
  const same = open.filter(({ verdict }) => verdict === 'same');
  // Of several runs the oldest is ours: the others belong to those who launched after us and lost their answers as
  // well.
  if (same.length > 0) return same.at(-1)?.fid;
  return open.length === 1 && !listener.isBehind() ? open[0]?.fid : undefined;
}

/** Only their summary tells flows of one app apart, and a flow may give its run another summary. */
function bySummary(flows: KodosumiFlow[], url: string) {
  const own = flows.find((flow) => flow.url === url)?.summary;
  const known = new Set(flows.map(({ summary }) => summary));
  return (summary: string | null, verdict: InputsVerdict): boolean =>
    summary === null || summary === own || (verdict === 'same' && !known.has(summary));
}

/** Newest first. Runs that are surely too old are left out, and nothing older is asked for. */
async function runsSince(client: Client, sinceMs: number): Promise<Run[]> {
  const listed = new Map<string, KodosumiTimelineItem>();
  let offset: string | null = null;
  for (;;) {
    const path = `/timeline/list?pp=${PAGE}${offsetQuery(offset)}`;
    const page: KodosumiTimeline = await client.mustJson({ method: 'GET', path }, KodosumiTimeline);
    const before = listed.size;
    for (const item of page.items) listed.set(item.fid, item);
    const runs = withTimes([...listed.values()]);
    const isAll = page.offset === null || listed.size === before || listed.size >= MOST_RUNS;
    if (isAll || runs.some((run) => isOld(run, sinceMs)))
      return runs.filter((run) => !isSurelyOld(run, sinceMs));
    offset = page.offset;
  }
}

function withTimes(items: KodosumiTimelineItem[]): Run[] {
  const times = launchTimes(
    items.map(({ fid }) => fid),
    Date.now(),
  );
  return items.map((item, index) => ({ ...item, launchedMs: times?.[index] }));
}

const isOld = ({ launchedMs }: Run, sinceMs: number): boolean =>
  launchedMs !== undefined && launchedMs < sinceMs;

/** An id that looks like an ObjectId by chance must not hide a run, so the run itself has to say the same. */
const isSurelyOld = (run: Run, sinceMs: number): boolean =>
  isOld(run, sinceMs) && isStartup(run.startup, run.launchedMs ?? 0);

interface Listener {
  /** The row alone does not say enough. */
  isNeeded(run: Run): boolean;
  judge(run: Run, byRow: InputsVerdict): Promise<InputsVerdict>;
  /** There were more runs than one look may listen to. The next look goes on with the others. */
  isBehind(): boolean;
}

/** Listens to the beginnings of runs whose rows do not say when they began, or with which inputs. */
function createListener(beginnings: Beginnings, lost: LostLaunch, sinceMs: number): Listener {
  let left = MOST_STREAMS;
  let behind = false;
  const isNeeded = (run: Run): boolean =>
    (run.inputs ?? null) === null || run.launchedMs === undefined || isOld(run, sinceMs);
  return {
    isNeeded,
    isBehind: () => behind,
    async judge(run, byRow) {
      if (!isNeeded(run)) return byRow;
      let told = beginnings.known(run.fid);
      if (told === undefined) {
        behind ||= left === 0;
        if (behind) return 'other'; // for now: runs that were not heard decide nothing
        left -= 1;
        told = await beginnings.read(run.fid);
      }
      const beganMs = told.beganMs ?? run.launchedMs;
      if (beganMs !== undefined && beganMs < sinceMs) return 'other';
      return byRow === 'unreadable' ? compareInputs(lost.inputs, told.inputs, lost.files) : byRow;
    },
  };
}

/** A run that has a very large result already names nothing that could be read. */
function ignoreTooLarge(error: unknown): undefined {
  if (!(error instanceof KodosumiTooLargeError)) throw error;
}

/** A run is ruled out only where it names another app's address. */
async function isOf(client: Client, fid: string, url: string): Promise<boolean> {
  const appUrl = (await statusOf(client, fid).catch(ignoreTooLarge))?.app_url;
  return appUrl === null || appUrl === undefined || isFlowOf(url, appUrl);
}
