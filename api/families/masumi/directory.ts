import { flowKeys } from '../../../domain/masumi/flow-key.ts';
import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import type { FlowSchema, Kodosumi, KodosumiFlow } from '../../../domain/masumi/ports/kodosumi.ts';
import { inTime, LATE } from '../../time-limit.ts';
import { flowDown, flowNotFound, kodosumiDown } from './problems.ts';

/** A flow that can be asked for. */
export interface KnownFlow extends KodosumiFlow {
  key: string;
}

/** What Kodosumi offers, as this process last saw it: stale while Kodosumi is down, new in the background. */
export interface FlowDirectory {
  /** All flows; throws `kodosumi_unavailable` only when none were ever seen. */
  flows(): Promise<readonly KnownFlow[]>;
  /** Throws `flow_not_found`. An unknown key makes us look again, now and then. */
  require(key: string): Promise<KnownFlow>;
  /** Its form, or the last one that was seen. Waits no longer than `withinMs` where that is given. */
  schema(flow: KnownFlow, withinMs?: number): Promise<FlowSchema>;
  /**
   * The flow as Kodosumi has it now, for an order, which is paid for. Throws `kodosumi_unavailable`, also when an old
   * description is known, and `flow_not_found`. Waits no longer than `withinMs` where that is given.
   */
  schemaNow(flow: KnownFlow, withinMs?: number): Promise<FlowSchema>;
  /** True when Kodosumi itself says so, now: for availability. */
  isListed(key: string | undefined, withinMs: number): Promise<boolean>;
  /** Is there such a flow, as far as is known? For routing: never throws, and waits only when nothing was ever seen. */
  knows(key: string): Promise<boolean>;
  /** Looks again when the known list is old; never throws. */
  refresh(): Promise<void>;
}

const FRESH_MS = 300_000; // masumi.md 1.1
const LISTED_MS = 5000; // availability shows an outage this late at most
const ROUTING_MS = 2000; // a path that may be a flow's waits this long at most
const ORDER_MS = 2000; // an order is based on a description of this age at most; a burst of orders asks once
const UNKNOWN_MS = 10_000; // an unknown key makes us look again this often at most

interface Seen {
  flows: Map<string, KnownFlow>;
  atMs: number;
}

export function createFlowDirectory(
  kodosumi: Kodosumi | undefined,
  now: () => number = Date.now,
): FlowDirectory {
  let seen: Seen | undefined;
  let looking: Promise<Seen> | undefined;
  const forget = ({ key, url }: KnownFlow): void => {
    if (seen?.flows.get(key)?.url !== url) return;
    seen.flows.delete(key);
    seen.atMs = -Infinity; // the list was wrong: the next caller makes us look again
  };
  const schemas = createSchemaCache(kodosumi, now, forget);

  const look = (): Promise<Seen> => {
    looking ??= listFlows(kodosumi, now)
      .then((found) => (seen = found))
      .finally(() => (looking = undefined));
    return looking;
  };
  const age = (): number => (seen === undefined ? Infinity : now() - seen.atMs);
  /** What is known, however old. A caller waits only when nothing is known. */
  const current = async (): Promise<Seen> => {
    if (age() > FRESH_MS) {
      const fresh = look();
      if (seen === undefined) return fresh;
      fresh.catch(() => undefined);
    }
    return seen!;
  };
  return {
    flows: async () => [...(await current()).flows.values()],
    async require(key) {
      const known = (await current()).flows.get(key);
      if (known !== undefined) return known;
      const again = age() > UNKNOWN_MS ? await look().catch(() => undefined) : undefined;
      const found = again?.flows.get(key);
      if (found === undefined) throw flowNotFound(key);
      return found;
    },
    schema: (flow, withinMs) =>
      orLate(schemas.read(flow, FRESH_MS), withinMs).catch(
        (error: unknown) => schemas.last(flow) ?? fail(error),
      ),
    schemaNow: (flow, withinMs) => orLate(schemas.read(flow, ORDER_MS), withinMs),
    async isListed(key, withinMs) {
      const found = age() > LISTED_MS ? await within(look(), withinMs) : seen;
      if (found === undefined) return false;
      return key === undefined ? found.flows.size > 0 : found.flows.has(key);
    },
    async knows(key) {
      if (seen?.flows.has(key)) return true;
      const again = age() > UNKNOWN_MS ? within(look(), ROUTING_MS) : undefined;
      return seen === undefined && ((await again)?.flows.has(key) ?? false);
    },
    refresh: async () => {
      if (age() > FRESH_MS) await look().catch(() => undefined);
    },
  };
}

async function listFlows(kodosumi: Kodosumi | undefined, now: () => number): Promise<Seen> {
  if (kodosumi === undefined) throw kodosumiDown();
  const flows = await kodosumi.flows().catch(asDown);
  const keyed = [...flowKeys(flows)].map(([key, flow]): [string, KnownFlow] => [key, { ...flow, key }]);
  return { flows: new Map(keyed), atMs: now() };
}

interface SchemaCache {
  /** A description that is no older than this. Kodosumi is asked once for all who come at the same time. */
  read(flow: KnownFlow, maxAgeMs: number): Promise<FlowSchema>;
  /** The last description of a flow, as long as Kodosumi has not disowned it since. */
  last(flow: KnownFlow): FlowSchema | undefined;
}

function createSchemaCache(
  kodosumi: Kodosumi | undefined,
  now: () => number,
  forget: (flow: KnownFlow) => void,
): SchemaCache {
  const kept = new Map<string, { schema: FlowSchema; atMs: number }>();
  const asking = new Map<string, Promise<FlowSchema>>();
  const ask = async (flow: KnownFlow): Promise<FlowSchema> => {
    if (kodosumi === undefined) throw kodosumiDown();
    const schema = await kodosumi.schema(flow.url).catch(asFlowDown);
    if (schema !== undefined) {
      kept.set(flow.url, { schema, atMs: now() });
      return schema;
    }
    kept.delete(flow.url);
    forget(flow);
    throw flowNotFound(flow.key);
  };
  return {
    async read(flow, maxAgeMs) {
      const known = kept.get(flow.url);
      if (known !== undefined && now() - known.atMs < maxAgeMs) return known.schema;
      const asked = asking.get(flow.url) ?? ask(flow).finally(() => asking.delete(flow.url));
      asking.set(flow.url, asked);
      return asked;
    },
    last: ({ url }) => kept.get(url)?.schema,
  };
}

function asDown(error: unknown): never {
  throw error instanceof KodosumiError ? kodosumiDown() : error;
}

/** One flow's form may be broken while Kodosumi and its other flows are well. */
function asFlowDown(error: unknown): never {
  if (!(error instanceof KodosumiError)) throw error;
  throw error.status === undefined ? kodosumiDown() : flowDown(error.message);
}

async function orLate<T>(work: Promise<T>, withinMs: number | undefined): Promise<T> {
  const answer = withinMs === undefined ? await work : await inTime(work, withinMs);
  return answer === LATE ? fail(flowDown('Kodosumi does not show its form in time.')) : answer;
}

function fail(error: unknown): never {
  throw error;
}

/** Undefined when it fails or takes longer. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const answer = await inTime(
    work.catch(() => undefined),
    ms,
  );
  return answer === LATE ? undefined : answer;
}
