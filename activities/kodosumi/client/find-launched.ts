import {
  compareInputs,
  isFlowOf,
  launchedAtMs,
  type InputsVerdict,
} from '../../../domain/masumi/same-launch.ts';
import type { KodosumiFlow, LostLaunch } from '../../../domain/ports/kodosumi.ts';
import { KodosumiTimeline, type KodosumiTimelineItem } from '../../../schemas/families/masumi/kodosumi.ts';
import type { Client } from './wire-client.ts';
import { listFlows, offsetQuery } from './flows.ts';
import { statusOf } from './status.ts';

const PAGE = 50;
const MOST_RUNS = 2000;
/** How far Kodosumi's clock may be behind ours. */
const CLOCK_SLACK_MS = 120_000;

interface Candidate {
  fid: string;
  verdict: InputsVerdict;
}

/**
 * The run whose launch was not answered. A run is listed only seconds after it began, so one that is not found now may
 * be found later. Equal inputs decide; where a flow's runs do not record its form's fields, a run is taken only when it
 * is the flow's only one that nobody else has.
 */
export async function findLaunched(client: Client, lost: LostLaunch): Promise<string | undefined> {
  const runs = await runsSince(client, lost.sinceMs - CLOCK_SLACK_MS);
  const couldBe = runs.length > 0 ? bySummary(await listFlows(client), lost.url) : () => false;
  const open: Candidate[] = [];
  for (const { fid, inputs, summary } of runs) {
    const verdict = compareInputs(lost.inputs, inputs, lost.files);
    if (verdict === 'other' || !couldBe(summary, verdict) || (await lost.taken(fid))) continue;
    if (await isOf(client, fid, lost.url)) open.push({ fid, verdict });
  }
  const same = open.filter(({ verdict }) => verdict === 'same');
  // Of several the oldest: the others are of those who launched after us, and have lost theirs as well.
  if (same.length > 0) return same.at(-1)?.fid;
  return open.length === 1 ? open[0]?.fid : undefined;
}

/** Flows of one app are told apart by their summary only, and a flow may give its run another one. */
function bySummary(flows: KodosumiFlow[], url: string) {
  const own = flows.find((flow) => flow.url === url)?.summary;
  const known = new Set(flows.map(({ summary }) => summary));
  return (summary: string | null, verdict: InputsVerdict): boolean =>
    summary === null || summary === own || (verdict === 'same' && !known.has(summary));
}

/** Newest first. Ids tell when their run began; one that does not could be any. */
async function runsSince(client: Client, sinceMs: number): Promise<KodosumiTimelineItem[]> {
  const runs: KodosumiTimelineItem[] = [];
  let offset: string | null = null;
  do {
    const path = `/timeline/list?pp=${PAGE}${offsetQuery(offset)}`;
    const page: KodosumiTimeline = await client.mustJson({ method: 'GET', path }, KodosumiTimeline);
    const recent = page.items.filter(({ fid }) => (launchedAtMs(fid) ?? sinceMs) >= sinceMs);
    runs.push(...recent);
    offset = recent.length < page.items.length || runs.length >= MOST_RUNS ? null : page.offset;
  } while (offset !== null);
  return runs;
}

/** Only where the run says another app's address it is ruled out. */
async function isOf(client: Client, fid: string, url: string): Promise<boolean> {
  const appUrl = (await statusOf(client, fid))?.app_url;
  return appUrl === null || appUrl === undefined || isFlowOf(url, appUrl);
}
