import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import type { FlowSchema, KodosumiFlow } from '../../../domain/masumi/ports/kodosumi.ts';
import { KodosumiFlowPage, KodosumiFlowSchema } from '../../../schemas/families/masumi/kodosumi.ts';
import type { Client } from './wire-client.ts';

const PAGE = 100;
const MOST_PAGES = 1000;

/** Reads page by page until there is no offset. A url that is registered twice is listed twice, but it is one flow. */
export async function listFlows(client: Client, signal?: AbortSignal): Promise<KodosumiFlow[]> {
  const byUrl = new Map<string, KodosumiFlow>();
  const seen = new Set<string>();
  let offset: string | null = null;
  do {
    const page: KodosumiFlowPage = await client.mustJson(
      { method: 'GET', path: `/flow?pp=${PAGE}${offsetQuery(offset)}`, signal },
      KodosumiFlowPage,
    );
    for (const flow of page.items) if (!byUrl.has(flow.url)) byUrl.set(flow.url, flow);
    offset = page.offset;
    // Kodosumi starts over when the flow at which it should go on was removed meanwhile.
    if (offset !== null && (seen.has(offset) || seen.size >= MOST_PAGES))
      throw new KodosumiError('The list of flows at Kodosumi changed while it was read.');
    if (offset !== null) seen.add(offset);
  } while (offset !== null);
  return [...byUrl.values()];
}

export const offsetQuery = (offset: string | null): string =>
  offset === null ? '' : `&offset=${encodeURIComponent(offset)}`;

export async function readSchema(client: Client, url: string): Promise<FlowSchema | undefined> {
  const found = await client.json({ method: 'GET', path: url }, KodosumiFlowSchema);
  if (found === undefined) return undefined;
  const { summary, description, tags, openapi_extra: extra, elements } = found;
  return { summary, description, tags, extra, elements };
}
