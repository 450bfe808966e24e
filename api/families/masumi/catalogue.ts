import { toFields } from '../../../domain/masumi/forms/to-fields.ts';
import type { CatalogueEntry } from '../../../schemas/core/api.ts';
import type { FlowSchema } from '../../../domain/masumi/ports/kodosumi.ts';
import type { KnownFlow } from './directory.ts';
import { FAMILY } from './names.ts';
import { identifierOf, type Shop } from './shop.ts';

const DEFAULT_VERSION = '1.0.0';
const FORM_MS = 3000; // one flow whose app hangs must not hold up the list

/** All flows as `GET /flows` lists them; an empty list instead of an error when Kodosumi was never seen. */
export async function listFlows(shop: Shop): Promise<CatalogueEntry[]> {
  const flows = await shop.directory.flows().catch(() => []);
  return Promise.all(flows.map((flow) => catalogueEntry(shop, flow)));
}

/** A flow in the words that all families share, and its own (common.md, "Shared resources"; masumi.md 1.1). */
export async function catalogueEntry(shop: Shop, flow: KnownFlow): Promise<CatalogueEntry> {
  const identifier = await identifierOf(shop, flow);
  const schema = await shop.directory.schema(flow, FORM_MS).catch(() => undefined);
  const enabled = identifier !== undefined;
  return {
    id: flow.key,
    flow_id: flow.key,
    key: flow.key,
    family: FAMILY,
    name: flow.summary ?? flow.key,
    description: flow.description ?? '',
    version: versionOf(schema),
    nodes: [],
    entry_point: null,
    exit_points: [],
    tags: flow.tags,
    author: flow.author,
    organization: flow.organization,
    url: flow.url,
    agent_identifier: identifier ?? null,
    agentIdentifier: identifier ?? null,
    enabled,
    is_active: enabled,
    executable: false,
    input_schema: schema === undefined ? null : { input_data: toFields(schema.elements) },
    metadata: {},
    created_by: null,
    created_at: null,
    updated_at: null,
  };
}

const versionOf = (schema: FlowSchema | undefined): string => {
  const version = schema?.extra['x-version'];
  return typeof version === 'string' || typeof version === 'number' ? String(version) : DEFAULT_VERSION;
};
